"""The shop behind the synthetic account: a coffee roaster, its lists, mails, automations, goods."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MailingList:
    """One list: share of contacts who join it, and the share who leave it in a year by themselves."""

    name: str
    share: float
    leaving: float


@dataclass(frozen=True, slots=True)
class Theme:
    """One kind of one-off campaign, with its true effects."""

    kind: str
    names: tuple[str, ...]
    lists: tuple[int, ...]
    weight: float
    opening: float
    clicking: float
    buying: float


@dataclass(frozen=True, slots=True)
class Automation:
    """One automation: its mails as (name, days after entry, opening, clicking, buying)."""

    name: str
    mails: tuple[tuple[str, float, float, float, float], ...]
    active: bool = True


@dataclass(frozen=True, slots=True)
class Product:
    """One product with its price in hundredths."""

    name: str
    category: str
    price: int
    sku: str


LISTS = (
    MailingList("Newsletter", 0.78, 0.06),
    MailingList("Offers", 0.46, 0.10),
    MailingList("New roasts", 0.34, 0.05),
    MailingList("Brewing school", 0.24, 0.05),
    MailingList("Coffee club", 0.15, 0.03),
    MailingList("Events", 0.11, 0.07),
    MailingList("Wholesale", 0.03, 0.04),
)

THEMES = (
    Theme(
        "newsletter",
        (
            "Roastery notes",
            "Letter from the farm",
            "What we drank this month",
            "Five good cups",
            "Behind the roast",
        ),
        (0,),
        0.36,
        1.0,
        0.9,
        0.8,
    ),
    Theme(
        "promotion",
        (
            "20% off everything",
            "Free shipping weekend",
            "Last hours: the sale",
            "Bundle and save",
            "Thank-you voucher",
        ),
        (1,),
        0.26,
        0.94,
        1.5,
        2.0,
    ),
    Theme(
        "launch",
        (
            "New: Guji natural",
            "New: Huila washed",
            "New: house espresso",
            "New: decaf that sings",
            "New: travel press",
        ),
        (2, 0),
        0.18,
        1.08,
        1.3,
        1.4,
    ),
    Theme(
        "guide",
        ("Dial in your grinder", "Cold brew basics", "Water matters", "Milk, steamed right"),
        (3,),
        0.12,
        1.15,
        1.2,
        0.5,
    ),
    Theme("club", ("Club box preview", "Club-only lot"), (4,), 0.05, 1.3, 1.6, 1.2),
    Theme("event", ("Open roastery day", "Cupping with friends"), (5,), 0.03, 1.1, 0.8, 0.1),
)

AUTOMATIONS = (
    Automation(
        "Welcome series",
        (
            ("Welcome to the roastery", 0.01, 1.5, 1.8, 1.4),
            ("How we roast", 3.0, 1.2, 1.1, 0.8),
            ("Your first bag, 10% off", 7.0, 1.05, 1.5, 2.4),
        ),
    ),
    Automation(
        "Abandoned cart",
        (
            ("You left something behind", 0.05, 1.45, 3.2, 0.0),
            ("Still thinking?", 2.0, 1.15, 2.0, 0.0),
        ),
    ),
    Automation("Post-purchase care", (("How to brew your coffee", 4.0, 1.4, 1.4, 0.4),)),
    Automation(
        "Win-back",
        (("We saved you a cup", 0.02, 0.7, 0.8, 1.2), ("One more try", 9.0, 0.6, 0.6, 1.0)),
    ),
    Automation("Review request", (("How was it?", 0.02, 1.2, 1.2, 0.1),)),
    Automation("Old summer promotion", (), active=False),
)
WELCOME, CART, CARE, WIN_BACK, REVIEW = range(5)

PRODUCTS = (
    Product("House espresso 250 g", "Coffee", 1150, "CF-ESP-250"),
    Product("House espresso 1 kg", "Coffee", 3900, "CF-ESP-1000"),
    Product("Guji natural 250 g", "Coffee", 1650, "CF-GUJ-250"),
    Product("Huila washed 250 g", "Coffee", 1490, "CF-HUI-250"),
    Product("Decaf 250 g", "Coffee", 1290, "CF-DEC-250"),
    Product("Club box", "Coffee", 2900, "CF-CLUB"),
    Product("Hand grinder", "Equipment", 8900, "EQ-GRIND"),
    Product("Travel press", "Equipment", 3400, "EQ-PRESS"),
    Product("Gooseneck kettle", "Equipment", 12900, "EQ-KETTLE"),
    Product("Paper filters, 100", "Supplies", 650, "SU-FILT"),
    Product("Mug, speckled", "Gifts", 1800, "GI-MUG"),
    Product("Gift card", "Gifts", 2500, "GI-CARD"),
)
POPULARITY = (18.0, 9.0, 10.0, 9.0, 6.0, 7.0, 3.0, 4.0, 1.5, 9.0, 5.0, 4.0)

FIRST_NAMES = (
    "Ada",
    "Ben",
    "Cleo",
    "Dan",
    "Elif",
    "Finn",
    "Grace",
    "Hugo",
    "Ines",
    "Jonas",
    "Kira",
    "Liam",
    "Maya",
    "Noah",
    "Olga",
    "Pablo",
    "Quinn",
    "Rosa",
    "Sam",
    "Tara",
    "Uma",
    "Victor",
    "Wanda",
    "Ximena",
    "Yusuf",
    "Zoe",
)
LAST_NAMES = (
    "Abbott",
    "Baker",
    "Costa",
    "Dubois",
    "Evans",
    "Fischer",
    "Garcia",
    "Haddad",
    "Ito",
    "Jensen",
    "Kowalski",
    "Lopez",
    "Meyer",
    "Novak",
    "Okafor",
    "Patel",
    "Quist",
    "Rossi",
    "Silva",
    "Tran",
    "Ueda",
    "Vogel",
    "Weber",
    "Xu",
    "Young",
    "Zhang",
)
DOMAINS = (
    "example.com",
    "example.org",
    "example.net",
    "mail.example.com",
    "post.example.org",
    "work.example.net",
)
DOMAIN_WEIGHTS = (46.0, 18.0, 14.0, 10.0, 7.0, 5.0)
REASONS = ("", "Too many mails", "Not relevant any more", "I never signed up", "Other")
NOTE_SUBJECTS = (
    "Your wholesale order",
    "About your subscription",
    "Re: grinder question",
    "Invoice",
    "A quick thank you",
)

"""Chart, table and prose in one offline HTML file."""

"""Fields that each row carries, wherever the API's answers are known from.

A field is here when every source has it: each recorded row, and each generation of the reference
that shows the resource. Where one page of the reference or a client's source is all there is, only
the key is. This is for descriptions and tests: a load does without any of these but the key.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_SENT = {
    "automations": "id name status entered exited cdate mdate userid hidden",
    "brandings": """
        id groupid siteName siteLogo siteLogoSmall headerTextValue headerHtmlValue footerTextValue
        footerHtmlValue copyright version license links help favicon adminTemplateHtm
        adminTemplateCss publicTemplateHtm publicTemplateCss
    """,
    "bulk_import": "forDate batches contacts",
    "calendars": "id title type userid notification cdate mdate token",
    "campaign_links": "id",
    "campaign_lists": "id",
    "campaign_messages": "id",
    "campaigns": """
        id name type status seriesid segmentid userid sdate ldate cdate mdate send_amt total_amt
        hardbounces softbounces opens uniqueopens linkclicks uniquelinkclicks subscriberclicks
        unsubscribes unsubreasons forwards uniqueforwards replies uniquereplies socialshares updates
        public bounceid realcid sendid threadid formid basetemplateid basemessageid addressid source
        mail_transfer mail_send mail_cleanup mailer_log_file tracklinks tracklinksanalytics
        trackreads trackreadsanalytics analytics_campaign_name tweet facebook survey embed_images
        htmlunsub textunsub htmlunsubdata textunsubdata recurring willrecur split_type split_content
        split_offset split_offset_type split_winner_messageid split_winner_awaiting responder_offset
        responder_type responder_existing reminder_field reminder_format reminder_type
        reminder_offset reminder_offset_type reminder_offset_sign reminder_last_cron_run
        activerss_interval activerss_url activerss_items laststep managetext schedule scheduleddate
        waitpreview deletestamp replysys ip4
    """,
    "connections": """
        id service name externalid status syncStatus cdate udate lastSync isInternal logoUrl linkUrl
        connectionType serviceName sync_request_time sync_start_time credentialExpiration
    """,
    "contact_automations": """
        id contact seriesid adddate remdate lastdate status completed completeValue timespan
        lastblock completedElements totalElements startid batchid lastlogid in_als
    """,
    "contact_lists": """
        id contact list status sdate udate campaign unsubreason unsubscribeAutomation message
        sourceid first_name last_name
    """,
    "contact_tags": """
        id contact tag cdate created_timestamp updated_timestamp created_by updated_by
    """,
    "contacts": """
        id email firstName lastName phone email_domain cdate udate bounced_hard bounced_soft
        bounced_date deleted sentcnt orgid orgname accountContacts segmentio_id socialdata_lastcheck
        email_local rating_tstamp gravatar anonymized deleted_at adate edate created_timestamp
        updated_timestamp created_utc_timestamp updated_utc_timestamp created_by updated_by ip ua
        hash
    """,
    "custom_object_records": """
        id externalId schemaId fields relationships createdTimestamp updatedTimestamp
    """,
    "custom_object_schemas": """
        id slug visibility labels description fields relationships icons createdTimestamp
        updatedTimestamp
    """,
    "ecom_customers": """
        id email connectionid externalid totalRevenue totalOrders totalProducts avgRevenuePerOrder
        avgProductCategory acceptsMarketing tstamp
    """,
    "ecom_order_products": """
        id orderid externalid name category sku price quantity connectionid createdDate updatedDate
        tstamp description imageUrl productUrl ecomOrder
    """,
    "ecom_orders": """
        id externalid externalcheckoutid email customerid connectionid state source currency
        totalPrice shippingAmount taxAmount discountAmount totalProducts orderNumber orderDate
        externalCreatedDate externalUpdatedDate createdDate updatedDate abandonedDate tstamp
        shippingMethod orderUrl orderProducts orderDiscounts
    """,
    "email_activities": """
        id subscriberid userid d_id reltype relid from_name subject tstamp fromAddress toAddress
        ccAddress account sentiment reference message messageHtml
    """,
    "event_tracking_events": "name",
    "field_values": "id contact field value cdate udate created_by updated_by",
    "fields": """
        id title type descript perstag defval isrequired show_in_list visible service ordernum rows
        cols options relations cdate udate created_timestamp updated_timestamp created_by updated_by
    """,
    "geo_ips": "id contact campaignid messageid geoaddrid tstamp ip4",
    "group_limits": """
        id groupid limitMail limitMailType limitContact limitList limitCampaign limitCampaignType
        limitAttachment limitUser abuseRatio forceSenderInfo
    """,
    "groups": """
        id title descript p_admin sdate reqApproval reqApproval1st reqApprovalNotify unsubscribelink
        optinconfirm socialdata pgListAdd pgListEdit pgListDelete pgListHeaders pgListEmailaccount
        pgListBounce pgMessageAdd pgMessageEdit pgMessageDelete pgMessageSend pgContactAdd
        pgContactEdit pgContactDelete pgContactMerge pgContactImport pgContactApprove
        pgContactExport pgContactSync pgContactFilters pgContactActions pgContactFields pg_user_add
        pg_user_edit pg_user_delete pgGroupAdd pgGroupEdit pgGroupDelete pgTemplateAdd
        pgTemplateEdit pgTemplateDelete pgPersonalizationAdd pgPersonalizationEdit
        pgPersonalizationDelete pgAutomationManage pgFormEdit pgReportsCampaign pgReportsList
        pgReportsUser pgReportsTrend pgStartupReports pgStartupGettingstarted pgDeal pgDealDelete
        pgDealReassign pgDealGroupAdd pgDealGroupEdit pgDealGroupDelete pgSavedResponsesManage
    """,
    "lists": """
        id name stringid cdate udate userid private p_use_tracking p_use_analytics_read
        p_use_analytics_link p_use_twitter p_use_facebook p_embed_image p_use_captcha
        send_last_broadcast analytics_domains analytics_source analytics_ua carboncopy
        subscription_notify unsubscription_notify require_name get_unsubscribe_reason to_name
        optinoptout sender_name sender_addr1 sender_addr2 sender_city sender_state sender_zip
        sender_country sender_phone sender_url sender_reminder fulladdress optinmessageid optoutconf
        deletestamp twitter_token twitter_token_secret facebook_session
    """,
    "messages": """
        id name subject preheader_text fromname fromemail reply2 userid cdate mdate format
        ed_instanceid ed_version priority charset encoding htmlfetch textfetch hidden html text
        preview_mime preview_data
    """,
    "notes": "id reltype relid note userid cdate mdate is_draft owner",
    "saved_responses": "id title subject cdate mdate ldate last_sent_user_id body",
    "score_values": "id",
    "scores": "id name descript reltype status cdate mdate",
    "segments": "id name logic hidden seriesid",
    "site_tracking_domains": "name",
    "tags": """
        id tag tagType description subscriber_count cdate created_timestamp updated_timestamp
        created_by updated_by
    """,
    "task_outcomes": """
        id title sentiment disabled dealTasktype_ids created_utc_timestamp updated_utc_timestamp
        created_by updated_by
    """,
    "tasktype_outcome_rels": """
        id tasktype_id outcome_id display_order created_utc_timestamp updated_utc_timestamp
        created_by updated_by
    """,
    "user": """
        id username firstName lastName email phone localZoneid cdate udate mfaEnabled
        password_updated_utc_timestamp signature
    """,
    "webhooks": "id name url listid events sources cdate",
}

ALWAYS: Mapping[str, frozenset[str]] = MappingProxyType(
    {name: frozenset(fields.split()) for name, fields in _SENT.items()}
)
"""Table to the wire fields that no row of it lacks."""

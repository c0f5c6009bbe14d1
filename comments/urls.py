"""The addresses of the discussion."""

from django.urls import path

from comments import feeds
from comments.views import mail, own_page, reading, replying

app_name = "comments"  # the converters `number`, `page` and `section` are registered by articles.urls

urlpatterns = [
    path("replies/<number:pk>/", reading.permalink, name="permalink"),
    path("replies/article/<number:article>/", replying.reply, name="reply"),
    path("replies/answer/<number:parent>/", replying.answer, name="answer"),
    path("replies/report/<number:pk>/", replying.report, name="report"),
    path("replies/mine/<str:token>/", own_page.own_page, name="own-page"),
    path("replies/mine/<str:token>/edit/", own_page.edit, name="edit"),
    path("replies/mine/<str:token>/withdraw/", own_page.withdraw, name="withdraw"),
    path("replies/mine/<str:token>/mail/", own_page.choose_mail, name="mail"),
    path("replies/mine/<str:token>/data.json", own_page.data, name="data"),
    path("replies/mine/<str:token>/erase/", own_page.erase, name="erase"),
    path("replies/link/", mail.ask_for_link, name="link"),
    path("replies/confirm/<str:token>/", mail.confirm, name="confirm"),
    path("replies/unsubscribe/<str:token>/", mail.unsubscribe, name="unsubscribe"),
    path("replies/moderator-mail/<str:token>/", mail.stop_moderator_mail, name="moderator-mail"),
    path("replies/address/<str:token>/", mail.address, name="address"),
    path("replies/address/<str:token>/data.json", mail.address_data, name="address-data"),
    path("replies/address/<str:token>/erase/", mail.address_erase, name="address-erase"),
    path("<section:section>/<slug:slug>/replies/page/<page:number>/", reading.discussion, name="discussion"),
    path("<section:section>/<slug:slug>/replies/<number:root>/page/<page:number>/", reading.thread, name="thread"),
    path("<section:section>/<slug:slug>/feed/", feeds.replies_feed, name="feed"),
]

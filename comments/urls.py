"""The addresses of the discussion."""

from django.urls import path

from comments import feeds, views

app_name = "comments"  # the converters `page` and `section` are registered by articles.urls

urlpatterns = [
    path("replies/<int:pk>/", views.permalink, name="permalink"),
    path("replies/article/<int:article>/", views.reply, name="reply"),
    path("replies/answer/<int:parent>/", views.answer, name="answer"),
    path("replies/mine/<str:token>/", views.own_page, name="own-page"),
    path("<section:section>/<slug:slug>/replies/page/<page:number>/", views.discussion, name="discussion"),
    path("<section:section>/<slug:slug>/feed/", feeds.replies_feed, name="feed"),
]

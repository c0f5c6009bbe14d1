"""The addresses of the moderators' desk."""

from django.urls import path

from comments.moderation import pages, views

app_name = "moderation"

urlpatterns = [
    path("", views.queue, name="queue"),
    path("decide/", views.decide, name="decide"),
    path("undo/", views.undo, name="undo"),
    path("decisions.csv", pages.decisions_csv, name="decisions"),
    path("edit/<int:pk>/", pages.edit, name="edit"),
    path("answer/<int:pk>/", pages.answer, name="answer"),
    path("correction/<int:pk>/", pages.correction, name="correction"),
    path("discussion/<int:article>/", pages.discussion, name="discussion"),
    path("<slug:tab>/", views.queue, name="tab"),
    path("<slug:tab>/all/", views.decide_on_all, name="all"),
]

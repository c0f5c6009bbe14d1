"""The addresses of the moderators' desk."""

from django.urls import path

from comments.moderation import views

app_name = "moderation"

urlpatterns = [
    path("", views.queue, name="queue"),
    path("page/<page:number>/", views.queue, name="queue-page"),
    path("decide/", views.decide, name="decide"),
]

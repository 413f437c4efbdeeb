"""Addresses of the data_rights wing."""

from django.urls import path

from programs.data_rights.views import own, requests

urlpatterns = [
    path("desk/me/data/", own.my_data, name="my_data"),
    path("desk/me/data/download/", own.my_data_download, name="my_data_download"),
    path("desk/me/data/file/", own.my_data_file, name="my_data_file"),
    path("desk/me/data/ask/", own.AskAboutMyData.as_view(), name="my_data_ask"),
    path("desk/me/data/requests/<str:reference>/", own.my_data_request, name="my_data_request"),
    path("g/<str:token>/data/", own.guardian_data, name="guardian_data"),
    path("g/<str:token>/data/download/", own.guardian_data_download, name="guardian_data_download"),
    path("g/<str:token>/data/ask/", own.AskAboutMyChild.as_view(), name="guardian_data_ask"),
    path("g/<str:token>/data/requests/<str:reference>/", own.guardian_data_request, name="guardian_data_request"),
    path(
        "g/<str:token>/data/requests/<str:reference>/agree/",
        own.AgreeForMyChild.as_view(),
        name="guardian_agree",
    ),
    path("desk/pupils/<int:pk>/data/", requests.pupil_data, name="pupil_data"),
    path("desk/pupils/<int:pk>/data/download/", requests.pupil_data_download, name="pupil_data_download"),
    path("desk/pupils/<int:pk>/data/ask/", requests.AskOnPaper.as_view(), name="pupil_data_ask"),
    path("desk/data-requests/", requests.data_request_list, name="data_request_list"),
    path("desk/data-requests/<str:reference>/", requests.data_request_detail, name="data_request_detail"),
    path(
        "desk/data-requests/<str:reference>/identify/",
        requests.Identify.as_view(),
        name="data_request_identify",
    ),
    path("desk/data-requests/<str:reference>/agree/", requests.Agree.as_view(), name="data_request_agree"),
    path("desk/data-requests/<str:reference>/answer/", requests.Answer.as_view(), name="data_request_answer"),
    path("desk/data-requests/<str:reference>/refuse/", requests.RefuseRequest.as_view(), name="data_request_refuse"),
    path("desk/data-requests/<str:reference>/extend/", requests.Extend.as_view(), name="data_request_extend"),
    path("desk/data-requests/<str:reference>/finish/", requests.Finish.as_view(), name="data_request_finish"),
    path("desk/data-requests/<str:reference>/correct/", requests.Correct.as_view(), name="data_request_correct"),
    path("desk/data-requests/<str:reference>/erase/", requests.Erase.as_view(), name="data_request_erase"),
]

"""Addresses of the duplicates wing."""

from django.urls import path

from programs.duplicates.views import pairs, schools, undoing

urlpatterns = [
    path("desk/similar-schools/", schools.school_twins, name="school_twins"),
    path("desk/schools/<str:code>/not/<str:other>/", schools.TellApart.as_view(), name="school_tell_apart"),
    path("desk/schools/<str:code>/merge/", schools.MergeSchools.as_view(), name="school_merge"),
    path("desk/mergers/", undoing.school_mergers, name="school_mergers"),
    path("desk/mergers/<int:pk>/undo/", undoing.UndoMerge.as_view(), name="school_merge_undo"),
    path("desk/schools/<str:code>/pairs/", pairs.pupil_pairs, name="pupil_pairs"),
    path("desk/pairs/<int:pk>/", pairs.DecidePair.as_view(), name="pupil_pair"),
    path("desk/pairs/<int:pk>/reopen/", pairs.ReopenPair.as_view(), name="pupil_pair_reopen"),
]

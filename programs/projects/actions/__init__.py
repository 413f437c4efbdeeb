"""The verbs of the projects wing, one file per activity."""

from programs.projects.actions.decisions import endorse_project, return_project, submit_project, withdraw_project
from programs.projects.actions.entries import create_project, save_draft
from programs.projects.actions.files import attach_file
from programs.projects.actions.rule_sets import load_rule_sets

__all__ = [
    "attach_file",
    "create_project",
    "endorse_project",
    "load_rule_sets",
    "return_project",
    "save_draft",
    "submit_project",
    "withdraw_project",
]

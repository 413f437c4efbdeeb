"""The page of participation leads to the frozen report of its term."""

from programs.participation.queries import FROZEN
from programs.reviews.queries.reports import report_frozen_for

FROZEN.append(report_frozen_for)

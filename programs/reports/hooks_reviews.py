"""The page of participation leads to the frozen report of its term."""

from programs.reports.queries import FROZEN, report_frozen_for

FROZEN.append(report_frozen_for)

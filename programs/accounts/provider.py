"""Where allauth looks for providers."""

from programs.accounts.agency.provider import AgencyProvider

provider_classes = [AgencyProvider]

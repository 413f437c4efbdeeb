from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """People come by invitation, by claiming a school, or by a card from their teacher."""

    def is_open_for_signup(self, request) -> bool:
        return False

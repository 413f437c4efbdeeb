"""What the schools wing stores about a pupil or a member of staff, and how it forgets them."""

from programs.schools.personal import forgetting, telling

__all__ = ["forgetting", "telling"]

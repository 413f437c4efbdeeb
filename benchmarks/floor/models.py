from django.db import models


class Place(models.Model):
    capacity = models.PositiveIntegerField()
    taken = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.taken} / {self.capacity}"


class Ticket(models.Model):
    place = models.ForeignKey(Place, on_delete=models.CASCADE)
    holder = models.CharField(max_length=40)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.holder

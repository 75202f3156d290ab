"""A stage for scenarios: the whole house on a real database, with platforms that only write down what they are sent.

The three platforms of the stage are adapters like the real ones, without a network: a scenario speaks as a person
and reads what that person would see. What the SDKs and the wire do is tested elsewhere, through the real ones.
"""

from tests.stage.people import Person
from tests.stage.platform import Shown, StagePlatform, words
from tests.stage.shelf import Shelf
from tests.stage.stage import NOON, Stage, open_stage

__all__ = ["NOON", "Person", "Shelf", "Shown", "Stage", "StagePlatform", "open_stage", "words"]

"""What every group of settings is."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A closed, frozen group of settings."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

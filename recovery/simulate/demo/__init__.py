"""`recovery demo`: the market of a scenario, in a folder that can be looked at afterwards."""

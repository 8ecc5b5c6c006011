"""What is looked at in a trainee's work: in the files, in the answers, in the simulation."""

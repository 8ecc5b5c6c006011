"""The course: exercises for trainees, judged by the real engine; and the teacher's side of it."""

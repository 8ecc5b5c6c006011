"""The teacher's side: the class, what was handed in, the marks. The teacher's machine plays every
work anew; nothing that a hand-in claims about itself counts.
"""

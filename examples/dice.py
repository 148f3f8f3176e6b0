"""Gives another answer on every run, to see what a committee says to that: npx opengpu submit examples/dice.py --wait"""
import random

print("the dice show", [random.SystemRandom().randint(1, 6) for _ in range(12)])

"""Fails on purpose, to see what a failed job costs: npx opengpu submit examples/fails.py --wait"""
import sys

print("reading the data set ...")
sys.exit("the data set is empty")

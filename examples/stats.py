"""Reads numbers on standard input: npx opengpu submit examples/stats.py --stdin examples/numbers.txt --wait"""
import statistics
import sys

numbers = [float(word) for word in sys.stdin.read().split()]
print(f"count {len(numbers)}  mean {statistics.fmean(numbers):.6f}  stdev {statistics.pstdev(numbers):.6f}")

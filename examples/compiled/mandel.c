#include <stdio.h>
#include <stdlib.h>

/* Draws the Mandelbrot set in letters, as wide as asked. */
int main(int argc, char **argv) {
  int width = argc > 1 ? atoi(argv[1]) : 60;
  for (int row = 0; row < width / 3; row++) {
    for (int column = 0; column < width; column++) {
      double re = -2.2 + 3.2 * column / width, im = -1.2 + 2.4 * row / (width / 3.0), x = 0, y = 0;
      int steps = 0;
      for (; steps < 200 && x * x + y * y < 4; steps++) {
        double next = x * x - y * y + re;
        y = 2 * x * y + im;
        x = next;
      }
      putchar(steps == 200 ? '#' : steps > 12 ? '+' : steps > 6 ? '.' : ' ');
    }
    putchar('\n');
  }
  return 0;
}

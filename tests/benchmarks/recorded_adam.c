/* The floor of P1: Adam on Rosenbrock's function, every point and loss kept. */
#include <math.h>

void recorded_adam(long steps, double x, double y, double rate, double *points, double *losses)
{
    const double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
    double first_x = 0, first_y = 0, second_x = 0, second_y = 0, power1 = 1, power2 = 1;
    for (long step = 0; step <= steps; step++) {
        double valley = y - x * x;
        points[2 * step] = x;
        points[2 * step + 1] = y;
        losses[step] = (1 - x) * (1 - x) + 100 * valley * valley;
        double slope_x = -2 * (1 - x) - 400 * x * valley, slope_y = 200 * valley;
        first_x = beta1 * first_x + (1 - beta1) * slope_x;
        first_y = beta1 * first_y + (1 - beta1) * slope_y;
        second_x = beta2 * second_x + (1 - beta2) * slope_x * slope_x;
        second_y = beta2 * second_y + (1 - beta2) * slope_y * slope_y;
        power1 *= beta1;
        power2 *= beta2;
        x -= rate * (first_x / (1 - power1)) / (sqrt(second_x / (1 - power2)) + epsilon);
        y -= rate * (first_y / (1 - power1)) / (sqrt(second_y / (1 - power2)) + epsilon);
    }
}

// What pipeline.training.compiler.answer hashes, made without Python: where that does not run, as in an emulator.
// Prints losses and shares of right answers in double precision, and the weights in single.

#include "kernel.c"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT = 100, PIXELS = 50, SIZE = 70 };

static void *room(integer numbers) // zeros, of 4 bytes
{
    integer size = (numbers * 4 + 127) / 64 * 64;
    return memset(aligned_alloc(64, size), 0, size);
}

static integer padded(integer count) { return (count + BLOCK - 1) / BLOCK * BLOCK; }

static Sparse sparse(integer rows, integer numbers) { return (Sparse){room(rows + 1), room(numbers), room(numbers)}; }

static Batch batch_of(const Network *net, integer rows)
{
    Batch batch = {sparse(rows, rows * PIXELS), sparse(PIXELS, rows * PIXELS), sparse(rows, rows * net->classes),
        sparse(net->classes, rows * net->classes), room(rows * net->width), room(rows * net->width)};
    batch.logits = net->hidden ? room(rows * net->padded) : batch.a;
    batch.p = net->hidden ? room(rows * net->padded) : batch.d;
    for (integer i = 0; i < rows; i++)
        for (integer c = net->classes; c < net->padded; c++)
            batch.logits[i * net->padded + c] = -INFINITY;
    return batch;
}

static void told(const Network *net, const Images *images, const integer *order, integer size, float rate, float decay)
{
    Batch batch = batch_of(net, size);
    double loss = 0;
    integer correct = 0;
    run(net, images, order, COUNT, size, rate, decay, &batch, &loss, &correct);
    double found[] = {loss / COUNT, (double)correct / COUNT};
    fwrite(found, sizeof(double), 2, stdout);
}

static void answer(const Images *images, integer units, integer second)
{
    integer classes = second ? second : units, width = padded(units);
    Network net = {PIXELS, second ? width : 0, classes, width, padded(classes), room(PIXELS * width),
        room(classes * width), room(width), room(classes)};
    integer order[COUNT], places[COUNT];
    for (integer i = 0; i < COUNT; i++)
        order[i] = i * 37 % COUNT, places[i] = i;
    for (integer i = 0; i < PIXELS; i++)
        for (integer h = 0; h < units; h++)
            net.w1[i * width + h] = ((i * units + h) * 29 % 64 - 32) / 256.0f * (i == PIXELS - 1 ? 0x1p-130f : 1);
    for (integer h = 0; h < units; h++)
        for (integer c = 0; c < second; c++)
            net.w2[c * width + h] = ((h * second + c) * 31 % 64 - 32) / 256.0f;
    for (integer h = units; h < width; h++)
        net.b1[h] = -INFINITY;
    for (int epoch = 0; epoch < 2; epoch++)
        told(&net, images, order, SIZE, 0.5f, 1 - 0.5f * 0.25f);
    told(&net, images, places, IMAGES, 0, 1);
    for (integer i = 0; i < PIXELS; i++)
        fwrite(net.w1 + i * width, sizeof(float), units, stdout);
    fwrite(net.b1, sizeof(float), units, stdout);
    for (integer h = 0; h < units; h++)
        for (integer c = 0; c < second; c++)
            fwrite(net.w2 + c * width + h, sizeof(float), 1, stdout);
    fwrite(net.b2, sizeof(float), second, stdout);
}

int main(void)
{
    static uint8_t bytes[COUNT * PIXELS], labels[COUNT];
    static float shade[256], value[COUNT * PIXELS + 1];
    static uint32_t start[COUNT + 1];
    static uint16_t pixel[COUNT * PIXELS + 1];
    for (int i = 0; i < COUNT; i++)
        for (int j = 0; j < PIXELS; j++)
            bytes[i * PIXELS + j] = (i + j) % 3 || j == PIXELS - 1 ? 0 : (37 * i + 101 * j) % 256;
    for (int i = 0; i < COUNT; i++)
        labels[i] = i % 7;
    for (int i = 0; i < 256; i++)
        shade[i] = i / 255.0f;
    compress(COUNT, PIXELS, bytes, shade, start, pixel, value);
    Images images = {start, pixel, value, labels};
    answer(&images, 150, 7);
    answer(&images, 7, 0);
}

// Minibatch gradient descent on the network of pipeline/training/network.py, in single precision on one thread:
//
//     z = x W1 + b1    a = σ(z)    p = softmax(a W2 + b2)    L = -mean log p[label] + reg/2 (‖W1‖² + ‖W2‖²)
// or, without hidden units, on p = softmax(x W1). With g = -rate ∂L/∂logits and d = -rate ∂L/∂z of a batch, every large
// product has a sparse factor, since most pixels are black, and `combine` makes it:
//     x W1 + b1    g W2ᵀ    W2ᵀ <- decay W2ᵀ + gᵀ a    W1 <- decay W1 + xᵀ d    where decay = 1 - rate reg
//
// Every compiler and processor with IEEE arithmetic makes the same bits: every sum has its order, every fused operation
// is written (compile with -ffp-contract=off), exp and log are here, and the width of vectors changes no sum.
// Rows begin at multiples of 64 bytes; units that pad them are 0 by a bias of -∞. The caller checks its input.

#include <stdint.h>

#if defined __AVX512F__
#include <immintrin.h>
typedef __m512 vec;
static inline vec fused(vec a, vec b, vec c) { return _mm512_fmadd_ps(a, b, c); } // a b + c, rounded once
#elif defined __FMA__
#include <immintrin.h>
typedef __m256 vec;
static inline vec fused(vec a, vec b, vec c) { return _mm256_fmadd_ps(a, b, c); }
#else
typedef float vec __attribute__((vector_size(16), may_alias));
#define FMA(k) __builtin_fmaf(a[k], b[k], c[k])
static inline vec fused(vec a, vec b, vec c) { return (vec){FMA(0), FMA(1), FMA(2), FMA(3)}; }
#endif

enum { LANES = sizeof(vec) / sizeof(float), TILE = 8 }; // vectors of a row that are summed at once, in registers
enum { BLOCK = 16, IMAGES = 64 }; // rows are padded to a multiple of so many numbers; images whose d stays in cache
typedef uint32_t bits __attribute__((vector_size(sizeof(vec))));
typedef int64_t integer;

typedef struct { // row i has weight[t] in column[t] for t = start[i] .. start[i + 1], and 0 elsewhere
    uint32_t *start, *column;
    float *weight;
} Sparse;

typedef struct { // image i has value[t], 0 .. 1, at pixel[t] for t = start[i] .. start[i + 1], and is black elsewhere
    const uint32_t *start;
    const uint16_t *pixel;
    const float *value;
    const uint8_t *label;
} Images;

typedef struct { // W1 (pixels, width), W2ᵀ (classes, width), b1 (width), b2 (classes); hidden is 0 or width
    integer pixels, hidden, classes, width, padded;
    float *w1, *w2, *b1, *b2;
} Network;

typedef struct { // n images x (n, pixels), g (n, classes), and their transposes
    Sparse x, xt, g, gt;
    float *a, *d, *logits, *p; // (n, width), and (n, padded), which without hidden units are a and d
} Batch;

static inline vec splat(float x) { return x - (vec){0}; }

static inline vec exponential(vec x) // 2^k e^r with |r| <= log(2)/2; the polynomial is that of Cephes' expf
{
    static const float coefficients[] = {1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f, 1.6666665459e-1f, 0.5f};
    const float magic = 12582912; // 1.5 × 2^23: adding it rounds to an integer, which the low bits then hold
    vec shifted = fused(x, splat(1.44269504f), splat(magic)), k = shifted - magic, y = splat(1.9875691500e-4f);
    vec r = fused(k, splat(2.12194440e-4f), fused(k, splat(-0.693359375f), x));
    for (int i = 0; i < 5; i++)
        y = fused(y, r, splat(coefficients[i]));
    y = fused(y, r * r, r + 1) * (vec)(((bits)shifted << 23) + (127u << 23));
    bits small = (bits)(x < -87), large = (bits)(x > 88);
    return (vec)(((bits)y & ~small & ~large) | ((bits)splat(__builtin_inff()) & large));
}

static double logarithm(float x) // k log(2) + log(m), x = 2^k m, m in 0.7 .. 1.4: 2 artanh((m - 1) / (m + 1))
{
    union { float number; uint32_t bits; } m = {x};
    uint32_t exponent = (m.bits - 0x3f3504f3) & 0xff800000;
    m.bits -= exponent;
    double t = ((double)m.number - 1) / ((double)m.number + 1), sum = 0;
    for (int i = 15; i > 0; i -= 2)
        sum = __builtin_fma(sum, t * t, 2.0 / i);
    return x < __builtin_inff() ? __builtin_fma(sum, t, 0.6931471805599453 * ((int32_t)exponent >> 23)) : x;
}

static inline __attribute__((always_inline)) void tile(int vectors, float *out, float scale, const float *from,
    integer stride, integer count, const Sparse *s, const float *m, integer width)
{
    for (integer i = 0; i < count; i++) {
        vec sum[TILE];
        for (int k = 0; k < vectors; k++)
            sum[k] = scale * ((const vec *)(from + i * stride))[k];
        for (uint32_t t = s->start[i]; t < s->start[i + 1]; t++)
            for (int k = 0; k < vectors; k++)
                sum[k] = fused(splat(s->weight[t]), ((const vec *)(m + s->column[t] * width))[k], sum[k]);
        for (int k = 0; k < vectors; k++)
            ((vec *)(out + i * width))[k] = sum[k];
    }
}

// out = scale × from + s m (count, width); the rows of `from` are `stride` apart
static void combine(float *out, float scale, const float *from, integer stride, integer count, const Sparse *s,
    const float *m, integer width)
{
    integer k = 0;
    for (; k + TILE * LANES <= width; k += TILE * LANES)
        tile(TILE, out + k, scale, from + k, stride, count, s, m + k, width);
    for (; k < width; k += LANES)
        tile(1, out + k, scale, from + k, stride, count, s, m + k, width);
}

static void transpose(const Sparse *s, integer first, integer last, integer columns, Sparse *t) // a counting sort
{
    uint32_t *next = t->start + 1, total = 0; // of a column: how many it has, then where the next one goes
    for (integer j = -1; j < columns; j++)
        next[j] = 0;
    for (uint32_t k = s->start[first]; k < s->start[last]; k++)
        next[s->column[k]]++;
    for (integer j = 0; j < columns; j++)
        total += next[j], next[j] = total - next[j];
    for (integer i = first; i < last; i++)
        for (uint32_t k = s->start[i]; k < s->start[i + 1]; k++) {
            uint32_t place = next[s->column[k]]++;
            t->column[place] = i, t->weight[place] = s->weight[k];
        }
}

static float dot(const float *a, const float *b, integer width)
{
    float s[BLOCK] __attribute__((aligned(64)));
    for (int j = 0; j < BLOCK; j += LANES) {
        vec sum = {0};
        for (integer k = j; k < width; k += BLOCK)
            sum = fused(*(const vec *)(a + k), *(const vec *)(b + k), sum);
        *(vec *)(s + j) = sum;
    }
    for (int half = BLOCK / 2; half > 0; half /= 2)
        for (int k = 0; k < half; k++)
            s[k] += s[k + half];
    return s[0];
}

static void forward(const Network *net, const Images *images, const integer *order, integer n, Batch *batch)
{
    integer width = net->width;
    uint32_t total = batch->x.start[0] = 0;
    for (integer i = 0; i < n; i++) {
        uint32_t start = images->start[order[i]], count = images->start[order[i] + 1] - start;
        for (uint32_t t = 0; t < count; t++)
            batch->x.column[total + t] = images->pixel[start + t], batch->x.weight[total + t] = images->value[start + t];
        batch->x.start[i + 1] = total += count;
    }
    combine(batch->a, 1, net->b1, 0, n, &batch->x, net->w1, width);
    for (integer k = 0; k < n * net->hidden; k += LANES)
        *(vec *)(batch->a + k) = 1 / (1 + exponential(-*(vec *)(batch->a + k)));
    for (integer i = 0; i < n && net->hidden; i++)
        for (integer c = 0; c < net->classes; c++)
            batch->logits[i * net->padded + c] = net->b2[c] + dot(batch->a + i * width, net->w2 + c * width, width);
}

// p = scale × (softmax(logits) - onehot(label)). Returns -log softmax(logits)[label], and adds 1 to *correct if no logit
// is larger than the label's, and none before it as large.
static double softmax(float *p, float scale, const float *logits, int label, const Network *net, integer *correct)
{
    float top = logits[0], sum = 0;
    int right = 1;
    for (integer c = 0; c < net->classes; c++) {
        top = logits[c] > top ? logits[c] : top;
        right &= c < label ? logits[c] < logits[label] : logits[c] <= logits[label];
    }
    for (integer c = 0; c < net->padded; c += LANES)
        *(vec *)(p + c) = exponential(*(const vec *)(logits + c) - top);
    for (integer c = 0; c < net->classes; c++)
        sum += p[c];
    for (integer c = 0; c < net->padded; c++)
        p[c] = scale * (p[c] / sum - (c == label));
    *correct += right;
    return logarithm(sum) + (top - logits[label]);
}

static void descend_second(const Network *net, integer n, float decay, Batch *batch) // d, W2, b1 and b2
{
    uint32_t total = batch->g.start[0] = 0;
    for (integer i = 0; i < n; i++, batch->g.start[i] = total)
        for (integer c = 0; c < net->classes; c++, total++) {
            batch->g.column[total] = c;
            net->b2[c] += batch->g.weight[total] = batch->p[i * net->padded + c];
        }
    combine(batch->d, 0, batch->a, net->width, n, &batch->g, net->w2, net->width);
    for (integer i = 0, k = 0; i < n; i++)
        for (integer h = 0; h < net->width; h++, k++)
            net->b1[h] += batch->d[k] *= batch->a[k] * (1 - batch->a[k]);
    transpose(&batch->g, 0, n, net->classes, &batch->gt);
    combine(net->w2, decay, net->w2, net->width, net->classes, &batch->gt, batch->a, net->width);
}

// Go through images in the given order, in batches, and train unless rate is 0. Adds up losses and right answers.
void run(const Network *net, const Images *images, const integer *order, integer count, integer size, float rate,
    float decay, Batch *batch, double *loss, integer *correct)
{
    for (; count > 0; count -= size, order += size) {
        integer n = count < size ? count : size;
        forward(net, images, order, n, batch);
        for (integer i = 0; i < n; i++)
            *loss += softmax(batch->p + i * net->padded, -rate / n, batch->logits + i * net->padded,
                images->label[order[i]], net, correct);
        if (rate != 0 && net->hidden)
            descend_second(net, n, decay, batch);
        for (integer i = 0; i < n && rate != 0; i += IMAGES) {
            transpose(&batch->x, i, i + IMAGES < n ? i + IMAGES : n, net->pixels, &batch->xt);
            combine(net->w1, i ? 1 : decay, net->w1, net->width, net->pixels, &batch->xt, batch->d, net->width);
        }
    }
}

// Keep what is not black of images x (n, pixels), the value of each byte from `shade`.
void compress(integer n, integer pixels, const uint8_t *x, const float *shade, uint32_t *start, uint16_t *pixel, float *value)
{
    uint32_t total = start[0] = 0;
    for (integer i = 0; i < n; start[++i] = total)
        for (integer j = 0; j < pixels; j++, x++) {
            pixel[total] = j, value[total] = shade[*x];
            total += *x != 0;
        }
}

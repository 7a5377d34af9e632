/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numerical kernels in the manner of PolyBench: static arrays, nested loops, a checksum so that
 * nothing is optimised away and results can be compared. Usage: kernels NAME [ROUNDS]
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N 512
static double A[N][N], B[N][N], C[N][N], X[N], Y[N], Z[N];
static int D[N][N];
static unsigned char seq[2 * N];

static void fill(void)
{
	for (int i = 0; i < N; i++) {
		X[i] = 1.0 + i / (double)N;
		Y[i] = Z[i] = 0;
		seq[i] = seq[N + i] = (unsigned char)((i * 7 + i / 3) % 4);
		for (int j = 0; j < N; j++) {
			A[i][j] = ((i * j + 1) % N) / (double)N + (i == j ? N : 0);
			B[i][j] = (i * (j + 2) % N) / (double)N;
			C[i][j] = 0;
			D[i][j] = (i * j % 7) + 1 + ((i + j) % 13 == 0 ? 999 : 0);
		}
	}
}

static double sum(void)
{
	double s = 0;

	for (int i = 0; i < N; i++) {
		s += X[i] + Y[i] + Z[i];
		for (int j = 0; j < N; j++)
			s += A[i][j] + B[i][j] + C[i][j] + D[i][j];
	}
	return s;
}

static void gemm(void)
{
	for (int i = 0; i < N; i++)
		for (int k = 0; k < N; k++)
			for (int j = 0; j < N; j++)
				C[i][j] += 1.5 * A[i][k] * B[k][j];
}

static void jacobi_2d(void)
{
	for (int t = 0; t < 40; t++) {
		for (int i = 1; i < N - 1; i++)
			for (int j = 1; j < N - 1; j++)
				B[i][j] = 0.2 * (A[i][j] + A[i][j - 1] + A[i][j + 1] + A[i + 1][j] +
							A[i - 1][j]);
		for (int i = 1; i < N - 1; i++)
			for (int j = 1; j < N - 1; j++)
				A[i][j] = 0.2 * (B[i][j] + B[i][j - 1] + B[i][j + 1] + B[i + 1][j] +
							B[i - 1][j]);
	}
}

static void floyd_warshall(void)
{
	for (int k = 0; k < N; k++)
		for (int i = 0; i < N; i++)
			for (int j = 0; j < N; j++)
				D[i][j] = D[i][j] < D[i][k] + D[k][j] ? D[i][j] : D[i][k] + D[k][j];
}

static int larger(int a, int b)
{
	return a > b ? a : b;
}

static void nussinov(void)
{
	for (int i = N - 1; i >= 0; i--)
		for (int j = i + 1; j < N; j++) {
			D[i][j] = larger(D[i][j], D[i][j - 1]);
			if (i + 1 < N) {
				D[i][j] = larger(D[i][j], D[i + 1][j]);
				D[i][j] = larger(D[i][j],
					D[i + 1][j - 1] + (i < j - 1 && seq[i] + seq[j] == 3));
			}
			for (int k = i + 1; k < j; k++)
				D[i][j] = larger(D[i][j], (D[i][k] + D[k + 1][j]) & 0xffff);
		}
}

static void lu(void)
{
	for (int i = 0; i < N; i++) {
		for (int j = 0; j < i; j++) {
			for (int k = 0; k < j; k++)
				A[i][j] -= A[i][k] * A[k][j];
			A[i][j] /= A[j][j];
		}
		for (int j = i; j < N; j++)
			for (int k = 0; k < i; k++)
				A[i][j] -= A[i][k] * A[k][j];
	}
}

static void seidel_2d(void)
{
	for (int t = 0; t < 8; t++)
		for (int i = 1; i < N - 1; i++)
			for (int j = 1; j < N - 1; j++)
				A[i][j] = (A[i - 1][j - 1] + A[i - 1][j] + A[i - 1][j + 1] +
						  A[i][j - 1] + A[i][j] + A[i][j + 1] +
						  A[i + 1][j - 1] + A[i + 1][j] + A[i + 1][j + 1]) /
					  9.0;
}

static void atax(void)
{
	for (int t = 0; t < 60; t++)
		for (int i = 0; i < N; i++) {
			double s = 0;

			for (int j = 0; j < N; j++)
				s += A[i][j] * X[j];
			for (int j = 0; j < N; j++)
				Y[j] += A[i][j] * s * 1e-9;
		}
}

static void fdtd_2d(void)
{
	for (int t = 0; t < 25; t++) {
		for (int j = 0; j < N; j++)
			B[0][j] = t;
		for (int i = 1; i < N; i++)
			for (int j = 0; j < N; j++)
				B[i][j] -= 0.5 * (C[i][j] - C[i - 1][j]);
		for (int i = 0; i < N; i++)
			for (int j = 1; j < N; j++)
				A[i][j] -= 0.5 * (C[i][j] - C[i][j - 1]);
		for (int i = 0; i < N - 1; i++)
			for (int j = 0; j < N - 1; j++)
				C[i][j] -= 0.7 * (A[i][j + 1] - A[i][j] + B[i + 1][j] - B[i][j]);
	}
}

static void cholesky(void)
{
	for (int i = 0; i < N; i++) {
		for (int j = 0; j < i; j++) {
			for (int k = 0; k < j; k++)
				A[i][j] -= A[i][k] * A[j][k];
			A[i][j] /= A[j][j];
		}
		for (int k = 0; k < i; k++)
			A[i][i] -= A[i][k] * A[i][k] * 1e-6;
	}
}

static void trisolv(void)
{
	for (int t = 0; t < 100; t++)
		for (int i = 0; i < N; i++) {
			X[i] = 1.0 + i;
			for (int j = 0; j < i; j++)
				X[i] -= A[i][j] * X[j];
			X[i] /= A[i][i];
		}
}

static const struct {
	const char *name;
	void (*run)(void);
	int rounds;
} kernels[] = {
	{"gemm", gemm, 6},
	{"jacobi-2d", jacobi_2d, 12},
	{"floyd-warshall", floyd_warshall, 3},
	{"nussinov", nussinov, 4},
	{"lu", lu, 3},
	{"seidel-2d", seidel_2d, 14},
	{"atax", atax, 12},
	{"fdtd-2d", fdtd_2d, 16},
	{"cholesky", cholesky, 6},
	{"trisolv", trisolv, 12},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(kernels) / sizeof(*kernels); i++) {
		if (argc < 2) {
			puts(kernels[i].name);
			continue;
		}
		if (strcmp(argv[1], kernels[i].name))
			continue;
		int rounds = argc > 2 ? atoi(argv[2]) : kernels[i].rounds;
		fill();
		for (int r = 0; r < rounds; r++)
			kernels[i].run();
		printf("%s %.10g\n", argv[1], sum());
		return 0;
	}
	return argc < 2 ? 0 : 1;
}

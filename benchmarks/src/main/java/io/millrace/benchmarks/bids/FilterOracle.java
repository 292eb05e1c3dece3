package io.millrace.benchmarks.bids;

import java.util.Arrays;

/**
 * The output of filter and project: auction, bidder, price and dateTime of every bid of at least {@link #MIN_PRICE}, in any
 * order, each exactly as often as in the input. Records are compared by a 64-bit hash of all four fields.
 */
public final class FilterOracle implements Oracle {
    /** About half of the bids are as high. */
    public static final long MIN_PRICE = 100_000;

    private final long[] expected;

    public FilterOracle(Bids bids) {
        Hashes hashes = new Hashes();
        for (long index = 0; index < bids.count(); index++) {
            Bid bid = bids.at(index);
            if (bid.price() >= MIN_PRICE) {
                hashes.add(bid.auction(), bid.bidder(), bid.price(), bid.dateTimeMs());
            }
        }
        this.expected = hashes.sorted();
    }

    @Override
    public Check check() {
        JsonNumbers fields = new JsonNumbers("auction", "bidder", "price", "dateTime");
        Hashes actual = new Hashes();
        return new Check() {
            @Override
            public void accept(byte[] value) {
                long[] numbers = fields.read(value);
                actual.add(numbers[0], numbers[1], numbers[2], numbers[3]);
            }

            @Override
            public Verdict verdict() {
                return compare(actual.sorted());
            }
        };
    }

    private Verdict compare(long[] actual) {
        long missing = 0;
        long extra = 0;
        int e = 0;
        int a = 0;
        while (e < expected.length || a < actual.length) {
            if (a == actual.length || (e < expected.length && expected[e] < actual[a])) {
                missing++;
                e++;
            } else if (e == expected.length || actual[a] < expected[e]) {
                extra++;
                a++;
            } else {
                e++;
                a++;
            }
        }
        if (missing == 0 && extra == 0) {
            return new Verdict(true, actual.length, "exact: " + expected.length + " records");
        }
        return new Verdict(
                false,
                actual.length,
                missing + " of " + expected.length + " records missing, " + extra + " too many or wrong");
    }

    /** A multiset of records as a growing array of hashes. */
    private static final class Hashes {
        private long[] hashes = new long[1 << 16];
        private int size;

        void add(long first, long second, long third, long fourth) {
            if (size == hashes.length) {
                hashes = Arrays.copyOf(hashes, size * 2);
            }
            long hash = Draw.mix(first);
            hash = Draw.mix(hash * 31 + second);
            hash = Draw.mix(hash * 31 + third);
            hashes[size++] = Draw.mix(hash * 31 + fourth);
        }

        long[] sorted() {
            long[] sorted = Arrays.copyOf(hashes, size);
            Arrays.sort(sorted);
            return sorted;
        }
    }
}

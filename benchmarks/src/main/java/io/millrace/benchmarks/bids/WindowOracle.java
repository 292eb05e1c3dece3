package io.millrace.benchmarks.bids;

import java.util.HashMap;
import java.util.Map;

/**
 * The output of counting and summing per auction in tumbling windows: the last result of each auction and window must have the
 * count and the sum of all its bids. An engine that writes updates has more records
 * than windows, and the verdict says so.
 */
public final class WindowOracle implements Oracle {
    public static final long WINDOW_MS = 10_000;

    private final Map<Cell, Totals> expected = new HashMap<>();

    public WindowOracle(Bids bids) {
        for (long index = 0; index < bids.count(); index++) {
            Bid bid = bids.at(index);
            long startMs = Math.floorDiv(bid.dateTimeMs(), WINDOW_MS) * WINDOW_MS;
            expected.merge(new Cell(bid.auction(), startMs), new Totals(1, bid.price()), Totals::plus);
        }
    }

    @Override
    public Check check() {
        JsonNumbers fields = new JsonNumbers("auction", "window_start", "bids", "total");
        Map<Cell, Totals> last = new HashMap<>();
        return new Check() {
            private long records;

            @Override
            public void accept(byte[] value) {
                long[] numbers = fields.read(value);
                last.put(new Cell(numbers[0], numbers[1]), new Totals(numbers[2], numbers[3]));
                records++;
            }

            @Override
            public Verdict verdict() {
                return compare(last, records);
            }
        };
    }

    private Verdict compare(Map<Cell, Totals> actual, long records) {
        long missing = 0;
        long wrong = 0;
        for (Map.Entry<Cell, Totals> entry : expected.entrySet()) {
            Totals totals = actual.get(entry.getKey());
            if (totals == null) {
                missing++;
            } else if (!totals.equals(entry.getValue())) {
                wrong++;
            }
        }
        long unknown = actual.size() - (expected.size() - missing);
        String written = records == actual.size() ? "" : " (" + records + " records with the updates)";
        if (missing + wrong + unknown == 0) {
            return new Verdict(true, records, "exact: " + expected.size() + " windows" + written);
        }
        long lostBids = bids(expected) - bids(actual);
        String text = "%d of %d windows missing, %d wrong, %d unknown, %d of %d bids not counted%s";
        return new Verdict(
                false,
                records,
                text.formatted(missing, expected.size(), wrong, unknown, lostBids, bids(expected), written));
    }

    private static long bids(Map<Cell, Totals> windows) {
        return windows.values().stream().mapToLong(Totals::bids).sum();
    }

    private record Cell(long auction, long startMs) {}

    private record Totals(long bids, long price) {
        Totals plus(Totals other) {
            return new Totals(bids + other.bids, price + other.price);
        }
    }
}

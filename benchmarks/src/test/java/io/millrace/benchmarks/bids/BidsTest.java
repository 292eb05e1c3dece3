package io.millrace.benchmarks.bids;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BidsTest {
    private static final long START_MS = 1_760_000_000_000L;
    private static final Bids BIDS = new Bids(7, START_MS, 20_000, 1_000);

    @Test
    void the_same_seed_gives_the_same_bids() {
        Bids again = new Bids(7, START_MS, 20_000, 1_000);
        Bids other = new Bids(8, START_MS, 20_000, 1_000);
        assertThat(again.at(12_345)).isEqualTo(BIDS.at(12_345));
        assertThat(again.at(12_345).json()).isEqualTo(BIDS.at(12_345).json());
        assertThat(other.at(12_345)).isNotEqualTo(BIDS.at(12_345));
    }

    @Test
    void a_bid_has_about_330_bytes_and_half_of_them_pass_the_filter() {
        double bytes = all().mapToLong(bid -> bid.json().length).average().orElseThrow();
        long high = all().filter(bid -> bid.price() >= FilterOracle.MIN_PRICE).count();
        assertThat(bytes).isBetween(310.0, 350.0);
        assertThat(high).isBetween(9_500L, 10_500L);
    }

    @Test
    void disorder_stays_within_its_bound() {
        long maxMs = Long.MIN_VALUE;
        long furthestMs = 0;
        for (long index = 0; index < BIDS.count(); index++) {
            long ms = BIDS.at(index).dateTimeMs();
            maxMs = Math.max(maxMs, ms);
            furthestMs = Math.max(furthestMs, maxMs - ms);
        }
        assertThat(furthestMs).isBetween(Bids.DISORDER_MS / 2, Bids.DISORDER_MS);
    }

    @Test
    void the_filter_oracle_sees_a_missing_and_a_doubled_record() {
        List<byte[]> right = new ArrayList<>();
        all().filter(bid -> bid.price() >= FilterOracle.MIN_PRICE).forEach(bid -> right.add(bid.json()));
        FilterOracle oracle = new FilterOracle(BIDS);
        assertThat(verdict(oracle, right).text()).isEqualTo("exact: " + right.size() + " records");

        List<byte[]> wrong = new ArrayList<>(right.subList(1, right.size()));
        wrong.add(right.get(5));
        assertThat(verdict(oracle, wrong))
                .isEqualTo(new Oracle.Verdict(
                        false, right.size(), "1 of " + right.size() + " records missing, 1 too many or wrong"));
    }

    @Test
    void the_window_oracle_tells_updates_from_wrong_windows() {
        Map<String, long[]> windows = new HashMap<>();
        List<byte[]> updates = new ArrayList<>();
        all().forEach(bid -> {
            long start = Math.floorDiv(bid.dateTimeMs(), 10_000) * 10_000;
            long[] totals = windows.computeIfAbsent(bid.auction() + "@" + start, cell -> new long[2]);
            totals[0]++;
            totals[1] += bid.price();
            updates.add(result(bid.auction(), start, totals));
        });
        WindowOracle oracle = new WindowOracle(BIDS);
        Oracle.Verdict verdict = verdict(oracle, updates);
        assertThat(verdict.right()).isTrue();
        assertThat(verdict.records()).isEqualTo(20_000);
        assertThat(verdict.text()).isEqualTo("exact: " + windows.size() + " windows (20000 records with the updates)");

        updates.add(result(BIDS.at(0).auction(), START_MS - 10_000, new long[] {0, 0}));
        assertThat(verdict(oracle, updates).text()).doesNotStartWith("exact");
    }

    private static byte[] result(long auction, long startMs, long[] totals) {
        String json = "{\"auction\":%d,\"window_start\":%d,\"bids\":%d,\"total\":%d}"
                .formatted(auction, startMs, totals[0], totals[1]);
        return json.getBytes(StandardCharsets.UTF_8);
    }

    private static Oracle.Verdict verdict(Oracle oracle, List<byte[]> output) {
        Oracle.Check check = oracle.check();
        output.forEach(check::accept);
        return check.verdict();
    }

    private static java.util.stream.Stream<Bid> all() {
        return LongStream.range(0, BIDS.count()).mapToObj(BIDS::at);
    }
}

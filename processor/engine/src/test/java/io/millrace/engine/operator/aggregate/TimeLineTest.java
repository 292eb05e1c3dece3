package io.millrace.engine.operator.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimeLineTest {
    private static final long MINUTE_MS = 60_000;
    private static final long HOUR_MS = 60 * MINUTE_MS;

    @Test
    void a_day_on_which_clocks_change_is_shorter_or_longer() {
        TimeLine berlin = new TimeLine(ZoneId.of("Europe/Berlin"));
        assertDay(berlin, "2024-03-31", "2024-03-30T23:00:00Z", "2024-03-31T22:00:00Z"); // 23 hours
        assertDay(berlin, "2024-10-27", "2024-10-26T22:00:00Z", "2024-10-27T23:00:00Z"); // 25 hours
        assertDay(berlin, "2024-06-01", "2024-05-31T22:00:00Z", "2024-06-01T22:00:00Z");
        TimeLine lordHowe = new TimeLine(ZoneId.of("Australia/Lord_Howe"));
        assertDay(lordHowe, "2024-04-07", "2024-04-06T13:00:00Z", "2024-04-07T13:30:00Z"); // 24 hours 30 minutes
        assertDay(lordHowe, "2024-10-06", "2024-10-05T13:30:00Z", "2024-10-06T13:00:00Z"); // 23 hours 30 minutes
        TimeLine apia = new TimeLine(ZoneId.of("Pacific/Apia"));
        assertDay(apia, "2011-12-30", "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z"); // a day that never was
    }

    @Test
    void an_hour_that_comes_twice_begins_with_the_first_and_ends_with_the_second() {
        TimeLine berlin = new TimeLine(ZoneId.of("Europe/Berlin"));
        long two = line("2024-10-27T02:00:00");
        assertThat(Instant.ofEpochMilli(berlin.startMs(two))).isEqualTo("2024-10-27T00:00:00Z");
        assertThat(Instant.ofEpochMilli(berlin.endMs(two + HOUR_MS))).isEqualTo("2024-10-27T02:00:00Z");
        assertThat(berlin.completeMs(Instant.parse("2024-10-27T00:30:00Z").toEpochMilli()))
                .isEqualTo(two);
    }

    @Test
    void an_hour_that_never_was_begins_and_ends_as_clocks_change() {
        TimeLine berlin = new TimeLine(ZoneId.of("Europe/Berlin"));
        long two = line("2024-03-31T02:00:00");
        for (long lineMs : new long[] {two, two + 1, two + HOUR_MS / 2, two + HOUR_MS}) {
            assertThat(Instant.ofEpochMilli(berlin.startMs(lineMs))).isEqualTo("2024-03-31T01:00:00Z");
            assertThat(Instant.ofEpochMilli(berlin.endMs(lineMs))).isEqualTo("2024-03-31T01:00:00Z");
        }
    }

    /** Each zone around each of its changes, and around the turn of some years. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Europe/Berlin",
                "America/Los_Angeles",
                "Australia/Lord_Howe",
                "Pacific/Apia",
                "Africa/Monrovia",
                "Asia/Kolkata",
                "America/Sao_Paulo",
                "Antarctica/Troll",
                "UTC",
                "+05:45",
                "-18:00"
            })
    void it_says_what_every_instant_of_java_time_says(String id) {
        ZoneId zone = ZoneId.of(id);
        LocalClock clock = new LocalClock(zone);
        TimeLine line = new TimeLine(zone);
        for (long aroundMs : around(zone)) {
            long lastStart = Long.MIN_VALUE;
            long lastEnd = Long.MIN_VALUE;
            for (long ms = aroundMs - 5 * HOUR_MS; ms <= aroundMs + 5 * HOUR_MS; ms += 15 * MINUTE_MS) {
                for (long delta = -1; delta <= 1; delta++) {
                    long lineMs = clock.at(aroundMs) + ms - aroundMs + delta;
                    String where = id + " at " + lineMs + " around " + Instant.ofEpochMilli(aroundMs);
                    assertThat(line.at(ms + delta)).as(where).isEqualTo(clock.at(ms + delta));
                    long start = line.startMs(lineMs);
                    long end = line.endMs(lineMs);
                    assertThat(start).as(where).isEqualTo(clock.startMs(lineMs)).isGreaterThanOrEqualTo(lastStart);
                    assertThat(end).as(where).isEqualTo(clock.endMs(lineMs)).isGreaterThanOrEqualTo(lastEnd);
                    lastStart = start;
                    lastEnd = end;
                    assertComplete(line, ms + delta, where);
                }
            }
        }
    }

    /** By definition, not by the oracle: nothing of the end is before the place, and nothing before the end is behind the last. */
    @Test
    void ends_and_starts_are_what_they_are_defined_to_be() {
        for (String id : List.of("Europe/Berlin", "America/Los_Angeles", "Australia/Lord_Howe")) {
            ZoneId zone = ZoneId.of(id);
            TimeLine line = new TimeLine(zone);
            for (int year : new int[] {1969, 1985, 2024, 2500}) {
                for (long changeMs : changes(zone, year)) {
                    for (long ms = changeMs - 2 * HOUR_MS; ms <= changeMs + 2 * HOUR_MS; ms += 10 * MINUTE_MS) {
                        long place = line.at(ms);
                        long end = line.endMs(place);
                        long start = line.startMs(place);
                        assertThat(line.at(end - 1)).isLessThan(place);
                        assertThat(line.at(start)).isGreaterThanOrEqualTo(place);
                        for (long other = ms - 4 * HOUR_MS; other < ms + 4 * HOUR_MS; other += MINUTE_MS) {
                            assertThat(other < end || line.at(other) >= place).isTrue();
                            assertThat(other >= start || line.at(other) < place).isTrue();
                        }
                    }
                }
            }
        }
    }

    @Test
    void rows_from_anywhere_in_any_order_are_placed_right() {
        ZoneId zone = ZoneId.of("Europe/Berlin");
        LocalClock clock = new LocalClock(zone);
        TimeLine line = new TimeLine(zone);
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            long days = Math.round(random.nextGaussian() * 60 * 365);
            long ms = days * 24 * HOUR_MS + random.nextInt((int) (24 * HOUR_MS));
            assertThat(line.at(ms)).as("seed 7, %d", ms).isEqualTo(clock.at(ms));
        }
    }

    @Test
    void times_as_far_away_as_windows_go_do_not_overflow() {
        TimeLine line = new TimeLine(ZoneId.of("Europe/Berlin"));
        for (long ms : new long[] {WindowProgress.NEVER_MS, -WindowProgress.NEVER_MS, SlicedWindows.MAX_TIME_MS}) {
            assertThat(line.at(ms)).isBetween(ms, ms + 3 * HOUR_MS);
            assertThat(line.startMs(line.at(ms))).isEqualTo(ms);
            assertThat(line.endMs(line.at(ms))).isEqualTo(ms);
            assertThat(line.completeMs(ms)).isEqualTo(line.at(ms) + 1);
        }
    }

    private static void assertComplete(TimeLine line, long watermarkMs, String where) {
        long complete = line.completeMs(watermarkMs);
        assertThat(line.endMs(complete) - 1).as(where).isLessThanOrEqualTo(watermarkMs);
        assertThat(line.endMs(complete + 1) - 1).as(where).isGreaterThan(watermarkMs);
    }

    private static List<Long> around(ZoneId zone) {
        List<Long> around = new ArrayList<>();
        for (int year : new int[] {1900, 1945, 1969, 1970, 1972, 2011, 2024, 2037, 2038, 2500}) {
            around.addAll(changes(zone, year));
            around.add(line(year + "-01-01T00:00:00"));
        }
        return around;
    }

    private static List<Long> changes(ZoneId zone, int year) {
        List<Long> changes = new ArrayList<>();
        Instant end = Instant.parse(year + 1 + "-01-01T00:00:00Z");
        ZoneOffsetTransition change = zone.getRules().nextTransition(Instant.parse(year + "-01-01T00:00:00Z"));
        while (change != null && change.getInstant().isBefore(end)) {
            changes.add(change.toEpochSecond() * 1000);
            change = zone.getRules().nextTransition(change.getInstant());
        }
        return changes;
    }

    private static void assertDay(TimeLine line, String day, String start, String end) {
        long midnight = line(day + "T00:00:00");
        assertThat(Instant.ofEpochMilli(line.startMs(midnight))).isEqualTo(start);
        assertThat(Instant.ofEpochMilli(line.endMs(midnight + 24 * HOUR_MS))).isEqualTo(end);
    }

    private static long line(String local) {
        return LocalDateTime.parse(local).toInstant(ZoneOffset.UTC).toEpochMilli();
    }
}

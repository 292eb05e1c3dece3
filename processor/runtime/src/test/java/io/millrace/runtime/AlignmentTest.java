package io.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.time.ChannelStatus;
import io.millrace.engine.time.Watermarks;
import io.millrace.runtime.Alignment.Place;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AlignmentTest {
    private static final long EXCHANGE = Long.MAX_VALUE;

    @Test
    void an_input_waits_only_when_it_is_ahead_by_more_than_its_drift() {
        assertThat(Alignment.waiting(List.of(active(150, 50), active(100, 50)))).containsExactly(false, false);
        assertThat(Alignment.waiting(List.of(active(151, 50), active(100, 50)))).containsExactly(true, false);
        assertThat(Alignment.waiting(List.of(active(151, 51), active(100, 50)))).containsExactly(false, false);
    }

    @Test
    void an_only_input_never_waits() {
        assertThat(Alignment.waiting(List.of(active(1_000, 0)))).containsExactly(false);
    }

    @Test
    void inputs_side_by_side_do_not_wait_even_without_any_drift() {
        assertThat(Alignment.waiting(List.of(active(7, 0), active(7, 0)))).containsExactly(false, false);
    }

    @Test
    void an_unknown_input_is_the_slowest_until_it_is_idle() {
        Place known = active(1_800_000_000_000L, 300_000);
        assertThat(Alignment.waiting(List.of(known, active(Watermarks.NONE, 0))))
                .containsExactly(true, false);
        assertThat(Alignment.waiting(List.of(known, new Place(Watermarks.NONE, ChannelStatus.IDLE, 0))))
                .containsExactly(false, false);
    }

    @Test
    void an_ended_input_neither_waits_nor_makes_others_wait() {
        Place ended = new Place(Watermarks.MAX, ChannelStatus.END, 0);
        assertThat(Alignment.waiting(List.of(ended, active(5, 0)))).containsExactly(false, false);
        assertThat(Alignment.waiting(List.of(new Place(1, ChannelStatus.END, 0), active(5, 0))))
                .containsExactly(false, false);
    }

    @Test
    void an_exchange_never_waits_but_others_wait_for_it() {
        assertThat(Alignment.waiting(List.of(active(1_000, EXCHANGE), active(5, 10))))
                .containsExactly(false, false);
        assertThat(Alignment.waiting(List.of(active(5, EXCHANGE), active(1_000, 10))))
                .containsExactly(false, true);
    }

    @Test
    void a_negative_drift_is_refused() {
        assertThatThrownBy(() -> active(5, -1)).hasMessage("drift -1 ms must not be negative");
    }

    @Test
    void the_slowest_is_always_read_and_all_beyond_their_drift_wait() {
        for (long seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            List<Place> places = places(random);
            boolean[] waiting = Alignment.waiting(places);
            boolean anyRead = false;
            for (int i = 0; i < waiting.length; i++) {
                assertThat(waiting[i])
                        .as("seed %d, input %d of %s", seed, i, places)
                        .isEqualTo(mustWait(places, i));
                anyRead |= !waiting[i] && places.get(i).status() == ChannelStatus.ACTIVE;
            }
            boolean anyActive = places.stream().anyMatch(place -> place.status() == ChannelStatus.ACTIVE);
            assertThat(anyRead).as("seed %d, %s", seed, places).isEqualTo(anyActive);
        }
    }

    @Test
    void the_order_of_the_inputs_does_not_matter() {
        for (long seed = 0; seed < 5_000; seed++) {
            Random random = new Random(seed);
            List<Place> places = places(random);
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < places.size(); i++) {
                order.add(i);
            }
            Collections.shuffle(order, random);
            boolean[] waiting = Alignment.waiting(places);
            boolean[] shuffled =
                    Alignment.waiting(order.stream().map(places::get).toList());
            for (int i = 0; i < shuffled.length; i++) {
                assertThat(shuffled[i]).as("seed %d, %s", seed, places).isEqualTo(waiting[order.get(i)]);
            }
        }
    }

    @Test
    void inputs_that_are_read_while_others_wait_all_come_to_their_ends() {
        for (long seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            List<Place> places = new ArrayList<>(places(random));
            int rounds = 0;
            while (places.stream().anyMatch(place -> place.status() != ChannelStatus.END)) {
                assertThat(++rounds).as("seed %d, stuck at %s", seed, places).isLessThan(10_000);
                boolean[] waiting = Alignment.waiting(places);
                for (int i = 0; i < waiting.length; i++) {
                    if (!waiting[i]) {
                        places.set(i, read(places.get(i), random));
                    }
                }
            }
        }
    }

    private static Place read(Place place, Random random) {
        if (place.watermarkMs() >= 200) {
            return new Place(Watermarks.MAX, ChannelStatus.END, place.driftMs());
        }
        if (random.nextInt(4) == 0) {
            return new Place(place.watermarkMs(), ChannelStatus.IDLE, place.driftMs());
        }
        return active(Math.max(0, place.watermarkMs()) + random.nextInt(40), place.driftMs());
    }

    /** The definition, compared with each other input in turn. */
    private static boolean mustWait(List<Place> places, int input) {
        Place place = places.get(input);
        for (int other = 0; other < places.size(); other++) {
            Place slow = places.get(other);
            if (other != input
                    && place.status() != ChannelStatus.END
                    && slow.status() == ChannelStatus.ACTIVE
                    && place.driftMs() != EXCHANGE
                    && (double) place.watermarkMs() - slow.watermarkMs() > place.driftMs()) {
                return true;
            }
        }
        return false;
    }

    private static List<Place> places(Random random) {
        List<Place> places = new ArrayList<>();
        int count = 1 + random.nextInt(5);
        for (int i = 0; i < count; i++) {
            long watermarkMs = random.nextInt(6) == 0 ? Watermarks.NONE : random.nextInt(100);
            ChannelStatus status = ChannelStatus.of((byte) Math.max(0, random.nextInt(6) - 3));
            places.add(new Place(watermarkMs, status, random.nextInt(5) == 0 ? EXCHANGE : random.nextInt(30)));
        }
        return places;
    }

    private static Place active(long watermarkMs, long driftMs) {
        return new Place(watermarkMs, ChannelStatus.ACTIVE, driftMs);
    }
}

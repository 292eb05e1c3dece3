package io.millrace.engine.time;

import static io.millrace.engine.time.ChannelStatus.ACTIVE;
import static io.millrace.engine.time.ChannelStatus.END;
import static io.millrace.engine.time.ChannelStatus.IDLE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WatermarksTest {
    private final Watermarks watermarks = new Watermarks();

    @Test
    void nothing_is_known_before_every_channel_was_heard_of() {
        channels(2);
        assertThat(watermarks.outputMs()).isEqualTo(Watermarks.NONE);
        watermarks.update(0, 100, ACTIVE);
        assertThat(watermarks.outputMs()).isEqualTo(Watermarks.NONE);
        assertThat(watermarks.status()).isEqualTo(ACTIVE);
        assertThat(watermarks.holdingBack()).isEqualTo(1);
    }

    @Test
    void the_output_is_the_minimum_of_the_active_channels() {
        channels(3);
        watermarks.update(0, 30, ACTIVE);
        watermarks.update(1, 10, ACTIVE);
        watermarks.update(2, 20, ACTIVE);
        assertThat(watermarks.outputMs()).isEqualTo(10);
        assertThat(watermarks.holdingBack()).isEqualTo(1);
        watermarks.update(1, 25, ACTIVE);
        assertThat(watermarks.outputMs()).isEqualTo(20);
        assertThat(watermarks.holdingBack()).isEqualTo(2);
    }

    @Test
    void a_restart_between_any_two_events_changes_nothing() {
        for (long seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            int count = 1 + random.nextInt(4);
            Watermarks uninterrupted = new Watermarks();
            Watermarks restarted = new Watermarks();
            for (int i = 0; i < count; i++) {
                uninterrupted.addChannel();
                restarted.addChannel();
            }
            for (int event = 0; event < 60; event++) {
                int number = random.nextInt(count);
                long watermarkMs = random.nextInt(100) + (long) event;
                ChannelStatus status = random.nextInt(40) == 0 ? END : random.nextInt(3) == 0 ? IDLE : ACTIVE;
                if (uninterrupted.channelStatus(number) == END) {
                    continue;
                }
                uninterrupted.update(number, watermarkMs, status);
                restarted.update(number, watermarkMs, status);
                // Combined at a checkpoint or not, as it comes.
                if (random.nextInt(3) == 0) {
                    assertThat(restarted.outputMs()).as("seed %d", seed).isEqualTo(uninterrupted.outputMs());
                    assertThat(restarted.status()).as("seed %d", seed).isEqualTo(uninterrupted.status());
                    assertThat(restarted.holdingBack()).as("seed %d", seed).isEqualTo(uninterrupted.holdingBack());
                    if (random.nextBoolean()) {
                        restarted = restart(restarted, count);
                    }
                }
            }
        }
    }

    private static Watermarks restart(Watermarks before, int count) {
        List<Progress.Channel> left = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            left.add(before.progress(i));
        }
        Progress read = Progress.decode(new Progress(before.outputMs(), -1, false, false, left).encode());
        Watermarks after = new Watermarks();
        for (int i = 0; i < count; i++) {
            after.addChannel();
            after.resume(i, read.channels().get(i));
        }
        after.resumeAt(read.taskWatermarkMs());
        return after;
    }

    @Test
    void a_channel_never_goes_back() {
        channels(1);
        watermarks.update(0, 10, ACTIVE);
        watermarks.update(0, 5, ACTIVE);
        assertThat(watermarks.channelWatermarkMs(0)).isEqualTo(10);
        assertThat(watermarks.outputMs()).isEqualTo(10);
    }

    @Test
    void an_added_channel_holds_everything_back_but_takes_nothing_back() {
        channels(1);
        watermarks.update(0, 10, ACTIVE);
        assertThat(watermarks.outputMs()).isEqualTo(10);
        channels(1);
        watermarks.update(0, 20, ACTIVE);
        assertThat(watermarks.outputMs()).isEqualTo(10);
    }

    @Test
    void an_idle_channel_leaves_the_minimum() {
        channels(2);
        watermarks.update(0, 10, ACTIVE);
        watermarks.update(1, 50, ACTIVE);
        watermarks.update(0, 10, IDLE);
        assertThat(watermarks.outputMs()).isEqualTo(50);
        assertThat(watermarks.status()).isEqualTo(ACTIVE);
        assertThat(watermarks.holdingBack()).isEqualTo(1);
    }

    @Test
    void a_channel_that_wakes_counts_again_only_once_it_has_reached_the_output() {
        channels(2);
        watermarks.update(0, 10, IDLE);
        watermarks.update(1, 50, ACTIVE);
        assertThat(watermarks.outputMs()).isEqualTo(50);
        watermarks.update(0, 20, ACTIVE);
        watermarks.update(1, 60, ACTIVE);
        assertThat(watermarks.outputMs()).isEqualTo(60);
        watermarks.update(0, 60, ACTIVE);
        assertThat(watermarks.outputMs()).isEqualTo(60);
        watermarks.update(1, 90, ACTIVE);
        assertThat(watermarks.outputMs()).as("held by the channel that is back").isEqualTo(60);
        watermarks.update(0, 80, ACTIVE);
        assertThat(watermarks.outputMs()).isEqualTo(80);
    }

    @Test
    void the_output_stands_still_while_the_only_active_channel_is_behind() {
        channels(2);
        watermarks.update(0, 10, IDLE);
        watermarks.update(1, 50, ACTIVE);
        assertThat(watermarks.outputMs()).isEqualTo(50);
        watermarks.update(0, 20, ACTIVE);
        watermarks.update(1, 70, IDLE);
        assertThat(watermarks.outputMs()).isEqualTo(50);
        assertThat(watermarks.status()).isEqualTo(ACTIVE);
        assertThat(watermarks.holdingBack()).isZero();
    }

    @Test
    void of_channels_that_have_woken_the_one_with_the_least_way_to_go_holds_the_output_back_if_none_counts() {
        channels(3);
        watermarks.update(0, 10, IDLE);
        watermarks.update(1, 20, IDLE);
        watermarks.update(2, 50, ACTIVE);
        assertThat(watermarks.outputMs()).isEqualTo(50);
        watermarks.update(0, 10, ACTIVE);
        watermarks.update(1, 20, ACTIVE);
        assertThat(watermarks.holdingBack())
                .as("the one that counts, however fast")
                .isEqualTo(2);
        watermarks.update(2, 50, IDLE);
        assertThat(watermarks.holdingBack()).isEqualTo(1);
    }

    @Test
    void when_all_are_idle_the_output_goes_to_the_maximum_seen() {
        channels(2);
        watermarks.update(0, 10, ACTIVE);
        watermarks.update(1, 50, ACTIVE);
        watermarks.update(0, 10, IDLE);
        watermarks.update(1, 50, IDLE);
        assertThat(watermarks.outputMs()).isEqualTo(50);
        assertThat(watermarks.status()).isEqualTo(IDLE);
    }

    @Test
    void channels_that_never_saw_a_row_are_idle_without_a_time() {
        channels(2);
        watermarks.update(0, Watermarks.NONE, IDLE);
        watermarks.update(1, Watermarks.NONE, IDLE);
        assertThat(watermarks.outputMs()).isEqualTo(Watermarks.NONE);
        assertThat(watermarks.status()).isEqualTo(IDLE);
    }

    @Test
    void an_ended_channel_holds_nothing_back() {
        channels(2);
        watermarks.update(0, 10, ACTIVE);
        watermarks.update(1, 50, ACTIVE);
        watermarks.update(0, 10, END);
        assertThat(watermarks.outputMs()).isEqualTo(50);
        assertThat(watermarks.status()).isEqualTo(ACTIVE);
        watermarks.update(1, 60, IDLE);
        assertThat(watermarks.outputMs()).isEqualTo(60);
        assertThat(watermarks.status()).isEqualTo(IDLE);
    }

    @Test
    void when_all_have_ended_time_is_over() {
        channels(2);
        watermarks.update(0, 10, END);
        watermarks.update(1, Watermarks.NONE, END);
        assertThat(watermarks.outputMs()).isEqualTo(Watermarks.MAX);
        assertThat(watermarks.status()).isEqualTo(END);
        assertThat(watermarks.holdingBack()).isEqualTo(-1);
    }

    @Test
    void what_had_been_reached_before_a_restart_is_not_taken_back() {
        channels(2);
        watermarks.update(0, 5, ACTIVE);
        watermarks.update(1, 50, ACTIVE);
        watermarks.resumeAt(40);
        assertThat(watermarks.outputMs()).isEqualTo(40);
        watermarks.update(0, 45, ACTIVE);
        assertThat(watermarks.outputMs()).isEqualTo(45);
    }

    @Test
    void it_agrees_with_a_naive_model_under_any_course_of_events() {
        for (long seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            int count = 1 + random.nextInt(4);
            Watermarks real = new Watermarks();
            List<Event> events = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                real.addChannel();
            }
            long before = Watermarks.NONE;
            for (int step = 0; step < 60; step++) {
                Event event = randomEvent(random, real, count);
                events.add(event);
                if (event.channel() < 0) {
                    String as = "seed " + seed + ", step " + step + ", " + events;
                    Model model = Model.after(count, events);
                    assertThat(real.outputMs()).as(as).isEqualTo(model.outputMs);
                    assertThat(real.status()).as(as).isEqualTo(model.status());
                    assertThat(real.outputMs()).as(as).isGreaterThanOrEqualTo(before);
                    before = real.outputMs();
                } else {
                    real.update(event.channel(), event.watermarkMs(), event.status());
                }
            }
        }
    }

    private void channels(int count) {
        for (int i = 0; i < count; i++) {
            watermarks.addChannel();
        }
    }

    /** One in three events only looks at the output; an ended channel stays ended. */
    private static Event randomEvent(Random random, Watermarks real, int count) {
        int channel = random.nextInt(count);
        if (random.nextInt(3) == 0 || real.channelStatus(channel) == END) {
            return new Event(-1, 0, ACTIVE);
        }
        int kind = random.nextInt(20);
        ChannelStatus status = kind == 0 ? END : kind < 7 ? IDLE : ACTIVE;
        return new Event(channel, random.nextInt(10) == 0 ? Watermarks.NONE : random.nextInt(100), status);
    }

    /** An update, or, with a channel of -1, a look at the output. */
    private record Event(int channel, long watermarkMs, ChannelStatus status) {}

    /** Plays all events from the first: what the rules say, without any thought of cost. */
    private static final class Model {
        private final List<Event> last = new ArrayList<>();
        private final List<Boolean> behind = new ArrayList<>();
        private long outputMs = Watermarks.NONE;

        static Model after(int count, List<Event> events) {
            Model model = new Model();
            for (int i = 0; i < count; i++) {
                model.last.add(new Event(i, Watermarks.NONE, ACTIVE));
                model.behind.add(false);
            }
            events.forEach(model::play);
            return model;
        }

        private void play(Event event) {
            if (event.channel() < 0) {
                look();
                return;
            }
            Event before = last.get(event.channel());
            if (before.status() == IDLE && event.status() == ACTIVE) {
                behind.set(event.channel(), true);
            }
            long watermarkMs = Math.max(before.watermarkMs(), event.watermarkMs());
            last.set(event.channel(), new Event(event.channel(), watermarkMs, event.status()));
        }

        private void look() {
            List<Event> active = having(ACTIVE);
            active.stream()
                    .filter(channel -> channel.watermarkMs() >= outputMs)
                    .forEach(channel -> behind.set(channel.channel(), false));
            List<Event> counted = active.stream()
                    .filter(channel -> !behind.get(channel.channel()))
                    .toList();
            long candidate;
            if (!counted.isEmpty()) {
                candidate = counted.stream().mapToLong(Event::watermarkMs).min().orElseThrow();
            } else if (!active.isEmpty()) {
                candidate = outputMs;
            } else {
                candidate = having(IDLE).stream()
                        .mapToLong(Event::watermarkMs)
                        .max()
                        .orElse(Watermarks.MAX);
            }
            outputMs = Math.max(outputMs, candidate);
        }

        private List<Event> having(ChannelStatus status) {
            return last.stream().filter(channel -> channel.status() == status).toList();
        }

        private ChannelStatus status() {
            return !having(ACTIVE).isEmpty() ? ACTIVE : !having(IDLE).isEmpty() ? IDLE : END;
        }
    }
}

package io.millrace.engine.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.time.Progress.Channel;
import io.millrace.serde.DecodeException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private static final long NOW_MS = 1_760_000_000_000L;

    @Test
    void it_is_read_as_it_was_written() {
        Progress progress = new Progress(
                NOW_MS,
                4711,
                true,
                true,
                List.of(
                        new Channel(NOW_MS, ChannelStatus.ACTIVE),
                        new Channel(NOW_MS - 1, ChannelStatus.IDLE),
                        new Channel(NOW_MS - 2, ChannelStatus.ACTIVE, true),
                        new Channel(Watermarks.NONE, ChannelStatus.ACTIVE, true),
                        new Channel(Watermarks.NONE, ChannelStatus.IDLE),
                        new Channel(Watermarks.NONE, ChannelStatus.ACTIVE),
                        new Channel(-NOW_MS, ChannelStatus.END),
                        new Channel(Watermarks.MAX, ChannelStatus.END)));
        assertThat(Progress.decode(progress.encode())).isEqualTo(progress);
        assertThat(Progress.decode(Progress.START.encode())).isEqualTo(Progress.START);
    }

    @Test
    void any_progress_of_few_channels_is_read_exactly_as_it_was_written() {
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            Progress progress = new Progress(
                    watermark(random),
                    random.nextInt(1000) - 1L,
                    random.nextBoolean(),
                    random.nextBoolean(),
                    channels(random, 100));
            assertThat(Progress.decode(progress.encode())).as("seed " + seed).isEqualTo(progress);
        }
    }

    @Test
    void with_many_channels_it_still_fits_and_no_watermark_is_raised() {
        for (int count : List.of(300, 1_000, 2_000, 5_000, 5_900)) {
            for (long seed = 0; seed < 5; seed++) {
                Random random = new Random(seed);
                Progress progress = new Progress(NOW_MS, Long.MAX_VALUE - 1, false, true, channels(random, count));
                String text = progress.encode();
                assertThat(text.length()).as(count + " channels, seed " + seed).isLessThanOrEqualTo(4_000);
                Progress read = Progress.decode(text);
                assertThat(read.taskWatermarkMs()).isEqualTo(NOW_MS);
                assertThat(read.endOffset()).isEqualTo(Long.MAX_VALUE - 1);
                assertThat(read.channels()).hasSize(count);
                for (int i = 0; i < count; i++) {
                    Channel written = progress.channels().get(i);
                    Channel channel = read.channels().get(i);
                    String as = count + " channels, seed " + seed + ", channel " + i;
                    assertThat(channel.status()).as(as).isEqualTo(written.status());
                    assertThat(channel.waiting()).as(as).isEqualTo(written.waiting());
                    assertThat(channel.watermarkMs()).as(as).isLessThanOrEqualTo(written.watermarkMs());
                }
            }
        }
    }

    @Test
    void only_an_active_channel_waits_to_count_again() {
        assertThatThrownBy(() -> new Channel(NOW_MS, ChannelStatus.IDLE, true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("only an active channel waits to count again, not one that is IDLE");
    }

    @Test
    void what_other_tools_leave_when_they_set_offsets_means_that_nothing_is_known() {
        assertThat(Progress.decode("")).isEqualTo(Progress.START);
    }

    @Test
    void metadata_of_another_consumer_is_refused() {
        assertThatThrownBy(() -> Progress.decode("{\"owner\": \"somebody else\"}"))
                .isInstanceOf(DecodeException.class)
                .hasMessageContaining("does another consumer use this group.id?");
        assertThatThrownBy(() -> Progress.decode(Base64.getEncoder().encodeToString(new byte[] {9, 1, 2})))
                .isInstanceOf(DecodeException.class)
                .hasMessageContaining("version 9");
    }

    @Test
    void damaged_metadata_is_refused_or_read_but_nothing_else_happens() {
        byte[] whole =
                Base64.getDecoder().decode(new Progress(NOW_MS, 7, false, false, channels(new Random(1), 20)).encode());
        for (int length = 1; length < whole.length; length++) {
            String cut = Base64.getEncoder().encodeToString(java.util.Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> Progress.decode(cut)).isInstanceOf(DecodeException.class);
        }
        for (long seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            byte[] damaged = whole.clone();
            damaged[1 + random.nextInt(damaged.length - 1)] = (byte) random.nextInt();
            String text = Base64.getEncoder().encodeToString(damaged);
            try {
                assertThat(Progress.decode(text)).isNotNull();
            } catch (DecodeException e) {
                assertThat(e).hasMessageNotContaining(text);
            }
        }
    }

    private static List<Channel> channels(Random random, int count) {
        List<Channel> channels = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ChannelStatus status = ChannelStatus.of((byte) random.nextInt(3));
            boolean waiting = status == ChannelStatus.ACTIVE && random.nextBoolean();
            channels.add(new Channel(watermark(random), status, waiting));
        }
        return channels;
    }

    private static long watermark(Random random) {
        return switch (random.nextInt(10)) {
            case 0 -> Watermarks.NONE;
            case 1 -> Watermarks.MAX;
            default -> NOW_MS + random.nextInt(600_000);
        };
    }
}

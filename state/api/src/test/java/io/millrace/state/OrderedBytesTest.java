package io.millrace.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class OrderedBytesTest {
    @Test
    void longs_sort_as_bytes_as_they_do_as_numbers() {
        long[] ascending = {Long.MIN_VALUE, Long.MIN_VALUE + 1, -256, -1, 0, 1, 255, 256, Long.MAX_VALUE};
        for (int i = 0; i + 1 < ascending.length; i++) {
            assertThat(OrderedBytes.compare(OrderedBytes.ofLong(ascending[i]), OrderedBytes.ofLong(ascending[i + 1])))
                    .as("%d < %d", ascending[i], ascending[i + 1])
                    .isNegative();
        }
        long seed = 42;
        Random random = new Random(seed);
        for (int i = 0; i < 10_000; i++) {
            long left = random.nextLong() >> random.nextInt(64);
            long right = random.nextLong() >> random.nextInt(64);
            assertThat(Integer.signum(OrderedBytes.compare(OrderedBytes.ofLong(left), OrderedBytes.ofLong(right))))
                    .as("seed %d: %d and %d", seed, left, right)
                    .isEqualTo(Long.compare(left, right));
            assertThat(OrderedBytes.readLong(OrderedBytes.ofLong(left), 0)).isEqualTo(left);
        }
    }

    @Test
    void a_long_is_written_and_read_at_an_offset() {
        byte[] bytes = new byte[10];
        OrderedBytes.putLong(bytes, 1, -2);
        assertThat(bytes).containsExactly(0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0);
        assertThat(OrderedBytes.readLong(bytes, 1)).isEqualTo(-2);
    }

    @Test
    void parts_are_put_one_after_the_other() {
        assertThat(OrderedBytes.concat(new byte[] {1, 2}, new byte[0], new byte[] {3}))
                .containsExactly(1, 2, 3);
        assertThat(OrderedBytes.concat()).isEmpty();
    }

    @Test
    void a_prefix_ends_where_the_next_prefix_starts() {
        assertThat(OrderedBytes.prefixEnd(new byte[] {1, 2})).containsExactly(1, 3);
        assertThat(OrderedBytes.prefixEnd(new byte[] {1, 0x7f})).containsExactly(1, 0x80);
        assertThat(OrderedBytes.prefixEnd(new byte[] {1, (byte) 0xff, (byte) 0xff}))
                .containsExactly(2);
        assertThat(OrderedBytes.prefixEnd(new byte[] {(byte) 0xff})).isNull();
        assertThat(OrderedBytes.prefixEnd(new byte[0])).isNull();
    }

    @Test
    void a_prefix_comes_before_what_extends_it() {
        assertThat(OrderedBytes.compare(new byte[] {1}, new byte[] {1, 0})).isNegative();
        assertThat(OrderedBytes.compare(new byte[] {1}, new byte[] {1})).isZero();
        assertThat(OrderedBytes.compare(new byte[] {(byte) 0x80}, new byte[] {0x7f}))
                .isPositive();
    }
}

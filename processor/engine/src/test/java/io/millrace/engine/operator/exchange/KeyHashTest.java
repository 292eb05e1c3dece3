package io.millrace.engine.operator.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class KeyHashTest {
    /** Values that Kafka's own tests of its hash use. */
    @Test
    void it_is_the_hash_of_kafkas_producers() {
        assertThat(KeyHash.murmur2("21".getBytes(UTF_8))).isEqualTo(-973932308);
        assertThat(KeyHash.murmur2("foobar".getBytes(UTF_8))).isEqualTo(-790332482);
        assertThat(KeyHash.murmur2("a-little-bit-long-string".getBytes(UTF_8))).isEqualTo(-985981536);
        assertThat(KeyHash.murmur2("a-little-bit-longer-string".getBytes(UTF_8)))
                .isEqualTo(-1486304829);
        assertThat(KeyHash.murmur2("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8".getBytes(UTF_8)))
                .isEqualTo(-58897971);
    }

    @Test
    void every_key_has_a_partition() {
        Random random = new Random(3);
        for (int i = 0; i < 10_000; i++) {
            byte[] key = new byte[random.nextInt(20)];
            random.nextBytes(key);
            int partitions = 1 + random.nextInt(100);
            assertThat(KeyHash.partition(key, partitions)).isBetween(0, partitions - 1);
        }
    }
}

package io.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.operator.exchange.KeyHash;
import java.util.Random;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;

class KeyHashTest {
    @Test
    void repartition_topics_are_partitioned_like_topics_that_kafkas_producers_write() {
        for (long seed = 0; seed < 5_000; seed++) {
            Random random = new Random(seed);
            byte[] key = new byte[random.nextInt(40)];
            random.nextBytes(key);
            int partitions = 1 + random.nextInt(200);
            assertThat(KeyHash.partition(key, partitions))
                    .as("seed " + seed)
                    .isEqualTo(Utils.toPositive(Utils.murmur2(key)) % partitions);
        }
    }
}

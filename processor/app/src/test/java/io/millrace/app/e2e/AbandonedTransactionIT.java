package io.millrace.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.local.LocalBroker;
import io.millrace.runtime.Cluster;
import io.millrace.runtime.KafkaClients;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** What an instance asks a real broker to do about a transaction that another has left open. */
class AbandonedTransactionIT {
    private static final TopicPartition CHANGELOG = new TopicPartition("job-totals-changelog", 0);
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Test
    void it_is_found_by_its_topics_and_aborted_at_once_and_its_producer_cannot_commit_it_any_more() throws Exception {
        try (LocalBroker broker = LocalBroker.start();
                Cluster cluster = new KafkaClients(Map.of("bootstrap.servers", broker.bootstrapServers())).cluster();
                Consumer<byte[], byte[]> member = member(broker);
                Producer<byte[], byte[]> left = left(broker)) {
            cluster.create(CHANGELOG.topic(), 1, Map.of("cleanup.policy", "compact"));
            member.subscribe(List.of(CHANGELOG.topic()));
            Await.until(
                    () -> !member.poll(Duration.ofMillis(100)).isEmpty()
                            || !member.assignment().isEmpty(),
                    LIMIT,
                    () -> "not a member");
            left.initTransactions();
            left.beginTransaction();
            left.send(new ProducerRecord<>(CHANGELOG.topic(), 0, new byte[] {1}, new byte[] {2}))
                    .get();
            assertThat(cluster.writers(List.of(CHANGELOG))).containsExactly("job-two-0");
            assertThat(cluster.members("job")).containsExactly("job-one-0");
            assertThat(cluster.ends(List.of(CHANGELOG), true))
                    .as("readers wait")
                    .containsEntry(CHANGELOG, 0L);
            cluster.fence(Set.of("job-two-0"));
            Await.until(
                    () -> cluster.ends(List.of(CHANGELOG), true).getOrDefault(CHANGELOG, 0L) == 2,
                    LIMIT,
                    () -> "the transaction is still open");
            assertThat(cluster.writers(List.of(CHANGELOG))).isEmpty();
            assertThatThrownBy(left::commitTransaction).isInstanceOf(KafkaException.class);
        }
    }

    private static Consumer<byte[], byte[]> member(LocalBroker broker) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers", broker.bootstrapServers(), "group.id", "job", "group.instance.id", "job-one-0");
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Its transaction would end by itself after ten minutes only. */
    private static Producer<byte[], byte[]> left(LocalBroker broker) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                broker.bootstrapServers(),
                "transactional.id",
                "job-two-0",
                "transaction.timeout.ms",
                600_000);
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }
}

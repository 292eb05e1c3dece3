package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalBrokerIT {
    private static final Clicks CLICKS = Clicks.of(1, Instant.parse("2026-01-01T00:00:00Z"), 1000);

    @TempDir
    Path directory;

    @Test
    void starts_within_seconds_and_serves_clicks_in_order() {
        long startNs = System.nanoTime();
        try (LocalBroker broker = LocalBroker.start()) {
            Topics.create(broker.bootstrapServers(), "clicks", 3);
            Topics.create(broker.bootstrapServers(), "clicks", 3);
            assertThat(Duration.ofNanos(System.nanoTime() - startNs)).isLessThan(Duration.ofSeconds(20));

            try (ClickProducer producer = new ClickProducer(broker.bootstrapServers(), "clicks", CLICKS)) {
                producer.send(0, 10_000);
                long next = producer.sendAtRate(10_000, 1_000_000, () -> producer.sent() >= 20_000);
                assertThat(next).isEqualTo(20_000);
            }
            var records = Topics.readCommitted(broker.bootstrapServers(), "clicks");
            assertThat(records).hasSize(20_000);
            assertThat(records)
                    .allSatisfy(record -> assertThat(record.value())
                            .isEqualTo(CLICKS.at(record.offset() * 3 + record.partition())
                                    .json()));
        }
    }

    @Test
    void transactions_work_and_an_open_one_is_not_read() throws Exception {
        try (LocalBroker broker = LocalBroker.start();
                KafkaProducer<String, String> producer = transactional(broker.bootstrapServers())) {
            Topics.create(broker.bootstrapServers(), "t", 1);
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("t", "a")).get();
            producer.commitTransaction();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("t", "b")).get();
            assertThat(Topics.readCommitted(broker.bootstrapServers(), "t")).hasSize(1);
            assertThat(Topics.readUncommitted(broker.bootstrapServers(), "t")).hasSize(2);
            producer.abortTransaction();
        }
    }

    @Test
    void data_survives_a_clean_close_and_goes_with_a_temporary_broker() {
        try (LocalBroker broker = LocalBroker.start(directory.resolve("data"), 0, Map.of())) {
            Topics.create(broker.bootstrapServers(), "kept", 1);
            try (ClickProducer producer = new ClickProducer(broker.bootstrapServers(), "kept", CLICKS)) {
                producer.send(0, 10);
            }
        }
        try (LocalBroker broker = LocalBroker.start(directory.resolve("data"), 0, Map.of())) {
            assertThat(Topics.readCommitted(broker.bootstrapServers(), "kept")).hasSize(10);
        }
    }

    @Test
    void a_killed_child_comes_back_with_its_data_at_the_same_address() {
        try (ChildBroker broker = ChildBroker.start(directory.resolve("data"), Map.of("num.io.threads", "3"))) {
            String address = broker.bootstrapServers();
            Topics.create(address, "kept", 1);
            try (ClickProducer producer = new ClickProducer(address, "kept", CLICKS)) {
                producer.send(0, 10);
                broker.kill();
                broker.start();
                producer.send(10, 20);
            }
            assertThat(broker.bootstrapServers()).isEqualTo(address);
            assertThat(Topics.readCommitted(address, "kept")).hasSize(20);
            assertThat(Files.exists(directory.resolve("data.log"))).isTrue();
        }
    }

    private static KafkaProducer<String, String> transactional(String bootstrapServers) {
        Map<String, Object> config = Map.of("bootstrap.servers", bootstrapServers, "transactional.id", "tx");
        return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
    }
}

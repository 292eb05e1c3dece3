package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ChildClusterIT {
    private static final Clicks CLICKS = Clicks.of(1, Instant.parse("2026-01-01T00:00:00Z"), 1000);

    @TempDir
    static Path directory;

    private static ChildCluster cluster;

    @BeforeAll
    static void start() {
        cluster = ChildCluster.start(directory, 3, Map.of());
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void topics_have_three_replicas_of_which_two_must_have_a_record() throws Exception {
        Topics.create(cluster.bootstrapServers(), "replicated", 3);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()))) {
            TopicDescription topic = admin.describeTopics(List.of("replicated"))
                    .topicNameValues()
                    .values()
                    .iterator()
                    .next()
                    .get(30, TimeUnit.SECONDS);
            List<TopicPartitionInfo> partitions = topic.partitions();
            assertThat(partitions)
                    .allSatisfy(partition -> assertThat(partition.replicas()).hasSize(3));
            assertThat(admin.describeCluster().nodes().get(30, TimeUnit.SECONDS))
                    .hasSize(3);
        }
    }

    @Test
    void records_and_transactions_go_on_while_any_one_broker_is_dead_or_stopped() throws Exception {
        Topics.create(cluster.bootstrapServers(), "one-less", 3);
        long sent = 0;
        for (int i = 0; i < cluster.size(); i++) {
            cluster.broker(i).kill();
            sent = sendTen("one-less", sent);
            cluster.broker(i).start();
        }
        cluster.broker(0).pause();
        sent = sendTen("one-less", sent);
        cluster.broker(0).resume();
        assertThat(Topics.readCommitted(cluster.bootstrapServers(), "one-less")).hasSize((int) sent);
        commit("one-less");
        awaitCommitted("one-less", sent + 1);
    }

    @Test
    void all_may_be_killed_and_come_back_with_their_data() throws Exception {
        Topics.create(cluster.bootstrapServers(), "all", 3);
        sendTen("all", 0);
        commit("all");
        for (int i = 0; i < cluster.size(); i++) {
            cluster.broker(i).kill();
        }
        cluster.startAll();
        awaitCommitted("all", 11);
    }

    /** A commit may have been decided and not yet marked when it returns, or when the brokers die; the coordinator makes up for that. */
    private static void awaitCommitted(String topic, long records) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (Topics.readCommitted(cluster.bootstrapServers(), topic).size() < records) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadlineNs);
        }
        assertThat(Topics.readCommitted(cluster.bootstrapServers(), topic)).hasSize((int) records);
    }

    private static long sendTen(String topic, long from) {
        try (ClickProducer producer = new ClickProducer(cluster.bootstrapServers(), topic, CLICKS)) {
            producer.send(from, from + 10);
        }
        return from + 10;
    }

    private static void commit(String topic) throws Exception {
        Map<String, Object> config =
                Map.of("bootstrap.servers", cluster.bootstrapServers(), "transactional.id", "tx-" + topic);
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(topic, "in a transaction")).get(30, TimeUnit.SECONDS);
            producer.commitTransaction();
        }
    }
}

package io.millrace.app.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.local.ChildCluster;
import io.millrace.local.Topics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.NetworkException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WireProxyIT {
    @TempDir
    static Path directory;

    private static ChildCluster cluster;
    private static WireProxy proxy;

    private final Script script = new Script();

    @BeforeAll
    static void start() {
        cluster = ChildCluster.start(directory, 1, Map.of());
        proxy = WireProxy.of(cluster);
    }

    @AfterAll
    static void stop() {
        proxy.close();
        cluster.close();
    }

    @BeforeEach
    void rule() {
        proxy.rule(script);
    }

    @Test
    void requests_pass_and_clients_stay_on_the_wire() throws Exception {
        Set<ApiKeys> seen = ConcurrentHashMap.newKeySet();
        proxy.rule(request -> {
            seen.add(request.api());
            return Fate.FORWARD;
        });
        Topics.create(cluster.bootstrapServers(), "passes", 1);
        try (KafkaProducer<String, String> producer = producer(Map.of())) {
            producer.send(new ProducerRecord<>("passes", "a")).get();
        }
        assertThat(seen).contains(ApiKeys.METADATA, ApiKeys.PRODUCE);
        assertThat(values("passes")).containsExactly("a");
    }

    @Test
    void a_lost_request_was_not_carried_out_and_a_lost_response_was() throws Exception {
        Topics.create(cluster.bootstrapServers(), "lost", 1);
        try (KafkaProducer<String, String> producer = producer(Map.of())) {
            Script.Step cut = script.next(1, ApiKeys.PRODUCE, Fate.CUT);
            assertFails(producer.send(new ProducerRecord<>("lost", "request")), NetworkException.class);
            assertThat(cut.isDone()).isTrue();
            script.next(1, ApiKeys.PRODUCE, Fate.LOSE_RESPONSE);
            assertFails(producer.send(new ProducerRecord<>("lost", "response")), NetworkException.class);
            producer.send(new ProducerRecord<>("lost", "after")).get();
        }
        assertThat(values("lost")).containsExactly("response", "after");
        assertThat(proxy.faults()).containsKeys("Produce request lost", "Produce response lost");
    }

    @Test
    void a_delayed_request_arrives_later() throws Exception {
        Topics.create(cluster.bootstrapServers(), "delayed", 1);
        try (KafkaProducer<String, String> producer = producer(Map.of())) {
            script.next(1, ApiKeys.PRODUCE, new Fate.Delay(500));
            long startNs = System.nanoTime();
            producer.send(new ProducerRecord<>("delayed", "a")).get();
            assertThat(System.nanoTime() - startNs).isGreaterThan(500_000_000L);
        }
    }

    @Test
    void an_answer_of_the_wire_is_what_the_client_sees() throws Exception {
        Topics.create(cluster.bootstrapServers(), "answered", 1);
        try (KafkaProducer<String, String> producer = producer(Map.of("transactional.id", "answered"))) {
            producer.initTransactions();
            producer.beginTransaction();
            script.next(1, ApiKeys.PRODUCE, new Fate.Answer(Errors.INVALID_PRODUCER_EPOCH));
            assertFails(producer.send(new ProducerRecord<>("answered", "a")), InvalidProducerEpochException.class);
        }
        assertThat(values("answered")).isEmpty();
    }

    @Test
    void answers_of_the_wire_wait_for_their_turn() throws Exception {
        Topics.create(cluster.bootstrapServers(), "in-turn", 1);
        AtomicInteger produced = new AtomicInteger();
        script.next(
                50,
                request -> request.api() == ApiKeys.PRODUCE,
                request -> produced.incrementAndGet() % 2 == 0
                        ? new Fate.Answer(Errors.NOT_ENOUGH_REPLICAS)
                        : Fate.FORWARD);
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (KafkaProducer<String, String> producer = producer(Map.of("batch.size", "0"))) {
            for (int i = 0; i < 100; i++) {
                sent.add(producer.send(new ProducerRecord<>("in-turn", Integer.toString(i))));
            }
        }
        List<String> written = new ArrayList<>();
        for (int i = 0; i < sent.size(); i++) {
            try {
                sent.get(i).get();
                written.add(Integer.toString(i));
            } catch (ExecutionException e) {
                assertThat(e).hasCauseInstanceOf(NotEnoughReplicasException.class);
            }
        }
        assertThat(written).isNotEmpty().hasSizeLessThan(sent.size());
        assertThat(values("in-turn")).isEqualTo(written);
    }

    /** One that tries everything once, unless told otherwise. */
    private static KafkaProducer<String, String> producer(Map<String, String> settings) {
        Map<String, Object> config = new HashMap<>(Map.of(
                "bootstrap.servers",
                cluster.wiredBootstrapServers(),
                "retries",
                settings.containsKey("transactional.id") ? 3 : 0,
                "enable.idempotence",
                settings.containsKey("transactional.id")));
        config.putAll(settings);
        return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
    }

    private static void assertFails(Future<RecordMetadata> sent, Class<? extends Exception> cause) {
        assertThatThrownBy(sent::get).hasCauseInstanceOf(cause);
    }

    private static List<String> values(String topic) {
        return Topics.readUncommitted(cluster.bootstrapServers(), topic).stream()
                .map(record -> new String(record.value(), UTF_8))
                .collect(Collectors.toList());
    }
}

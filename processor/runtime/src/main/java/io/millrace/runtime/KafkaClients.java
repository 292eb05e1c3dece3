package io.millrace.runtime;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Clients of a real Kafka cluster. */
public final class KafkaClients implements ClientFactory {
    private final Map<String, String> job;

    /** @param job client properties in the job's words, with the prefixes {@code consumer.}, {@code producer.}, {@code admin.} */
    public KafkaClients(Map<String, String> job) {
        this.job = Map.copyOf(job);
    }

    @Override
    public Consumer<byte[], byte[]> consumer(Map<String, Object> settings) {
        return new KafkaConsumer<>(
                properties("consumer.", settings), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    @Override
    public Producer<byte[], byte[]> producer(Map<String, Object> settings) {
        return new KafkaProducer<>(
                properties("producer.", settings), new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public Cluster cluster() {
        return new KafkaCluster(Admin.create(adminProperties(EngineSettings.admin(job))));
    }

    /** What an admin client of this job needs, with the given settings laid over the job's. They hold secrets: print none. */
    public Map<String, Object> adminProperties(Map<String, Object> settings) {
        return properties("admin.", settings);
    }

    /**
     * Waits for an admin client's answer, as long as the client itself does.
     *
     * @throws KafkaException why there is none
     */
    public static <T> T get(KafkaFuture<T> answer) {
        try {
            return answer.get();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException cause ? cause : new KafkaException(e.getCause());
        }
    }

    /** The job's common properties, then those for this client alone, then the engine's where the job has no say. */
    Map<String, Object> properties(String prefix, Map<String, Object> settings) {
        Map<String, Object> properties = new HashMap<>(EngineSettings.defaults(prefix));
        job.forEach((key, value) -> {
            if (!key.startsWith("consumer.")
                    && !key.startsWith("producer.")
                    && !key.startsWith("admin.")
                    && !key.startsWith("schema.registry.")) {
                properties.put(key, value);
            }
        });
        job.forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                properties.put(key.substring(prefix.length()), value);
            }
        });
        properties.putAll(settings);
        return properties;
    }
}

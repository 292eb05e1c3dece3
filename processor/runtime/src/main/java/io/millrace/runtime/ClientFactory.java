package io.millrace.runtime;

import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;

/** Makes the clients that talk to Kafka. Whoever calls owns and closes them. */
public interface ClientFactory {
    /** A consumer with the engine's settings laid over the job's. */
    Consumer<byte[], byte[]> consumer(Map<String, Object> settings);

    /** A producer with the engine's settings laid over the job's. */
    Producer<byte[], byte[]> producer(Map<String, Object> settings);

    /** What is asked of the cluster besides reading and writing. */
    Cluster cluster();
}

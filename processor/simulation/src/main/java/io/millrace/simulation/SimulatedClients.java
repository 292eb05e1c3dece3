package io.millrace.simulation;

import io.millrace.runtime.ClientFactory;
import io.millrace.runtime.Cluster;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;

/** The clients of one process. */
final class SimulatedClients implements ClientFactory {
    private final SimulatedKafka kafka;
    private final Incarnation process;
    private final Fate fate;

    SimulatedClients(SimulatedKafka kafka, Incarnation process, Fate fate) {
        this.kafka = kafka;
        this.process = process;
        this.fate = fate;
    }

    @Override
    public Consumer<byte[], byte[]> consumer(Map<String, Object> settings) {
        SimulatedConsumer consumer = new SimulatedConsumer(kafka, process, fate, settings);
        process.add(consumer);
        return consumer;
    }

    @Override
    public Producer<byte[], byte[]> producer(Map<String, Object> settings) {
        SimulatedProducer producer = new SimulatedProducer(kafka, process, fate, settings);
        process.add(producer);
        return producer;
    }

    @Override
    public Cluster cluster() {
        return new SimulatedCluster(kafka, process, fate);
    }
}

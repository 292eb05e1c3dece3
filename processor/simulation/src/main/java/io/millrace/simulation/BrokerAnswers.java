package io.millrace.simulation;

import java.util.Map;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.Node;

/** How often the one simulated broker has answered a consumer, as Kafka's consumer tells it. */
final class BrokerAnswers implements Metric {
    /** Leads all partitions. */
    static final Node BROKER = new Node(1, "simulated", 9092);

    private final MetricName name;
    private double total;

    BrokerAnswers(String clientId) {
        this.name = new MetricName(
                "response-total",
                "consumer-node-metrics",
                "",
                Map.of("client-id", clientId, "node-id", "node-" + BROKER.id()));
    }

    void answered() {
        total++;
    }

    @Override
    public MetricName metricName() {
        return name;
    }

    @Override
    public Object metricValue() {
        return total;
    }
}

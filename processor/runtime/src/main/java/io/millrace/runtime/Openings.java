package io.millrace.runtime;

import io.millrace.engine.TaskId;
import io.millrace.engine.task.JobFailedException;
import io.millrace.engine.topology.Stage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens tasks' states: what there is, if it fits its changelogs, or else nothing. Call only from the restorer. */
final class Openings {
    private static final Logger log = LoggerFactory.getLogger(Openings.class);
    /** A disk that damages the state of a task more often than this is not one to rely on. */
    private static final int MAX_DAMAGES = 3;

    private final RuntimeContext context;
    private final InputStarts starts;
    private final ChangelogEpochs epochs;
    private final Consumer<TaskId> closed;
    private final Map<TaskId, Integer> damages = new HashMap<>();

    /** @param closed told of a task whose state was still open from its last run, and is not any more */
    Openings(RuntimeContext context, InputStarts starts, ChangelogEpochs epochs, Consumer<TaskId> closed) {
        this.context = context;
        this.starts = starts;
        this.epochs = epochs;
        this.closed = closed;
    }

    /**
     * Begins, or begins again.
     *
     * @throws io.millrace.state.StateUnavailableException if the state cannot be opened
     * @throws org.apache.kafka.common.KafkaException if it cannot be found out now where the task left off
     */
    Restoration open(RestoreTicket ticket) {
        TaskId task = ticket.task();
        Map<TopicPartition, TaskSeat.Start> start = starts.of(task);
        List<TopicPartition> changelogs = JobCluster.changelogs(context.topology(), task);
        List<Stage.Store> stores = context.topology().stages().get(task.stage()).stores();
        List<Uuid> topicIds = changelogs.stream()
                .map(changelog -> context.cluster().topic(changelog.topic()).id())
                .toList();
        if (changelogs.isEmpty()) {
            return new Restoration(
                    ticket,
                    LocalState.none(),
                    stores,
                    changelogs,
                    topicIds,
                    new long[0],
                    Map.of(),
                    start,
                    context.clock());
        }
        // The beginnings first: what is cut off after that is only missing if the reading has not come so far, which it
        // then says.
        Map<TopicPartition, Long> beginnings = context.admin().beginnings(changelogs);
        Map<TopicPartition, Long> ends = context.admin().ends(changelogs, false);
        Map<TopicPartition, Cluster.LeaderEpoch> leaders = epochs.look(changelogs);
        LocalState local = local(ticket, changelogs, topicIds, beginnings, ends);
        return new Restoration(
                ticket,
                local,
                stores,
                changelogs,
                topicIds,
                inOrder(changelogs, ends),
                leaders,
                start,
                context.clock());
    }

    private LocalState local(
            RestoreTicket ticket,
            List<TopicPartition> changelogs,
            List<Uuid> topicIds,
            Map<TopicPartition, Long> beginnings,
            Map<TopicPartition, Long> ends) {
        TaskId task = ticket.task();
        TaskSeat earlier = ticket.earlier();
        if (earlier != null && earlier.state() != null && earlier.state().isDamaged()) {
            damaged(ticket);
        }
        if (damages.getOrDefault(task, 0) > MAX_DAMAGES) {
            throw new JobFailedException(
                    "the state of task " + task + " was damaged " + MAX_DAMAGES
                            + " times over and rebuilt each time: check the disk under runtime.state.dir, or set that to a"
                            + " directory on another",
                    null);
        }
        String misfit = ticket.takeRebuildReason();
        if (earlier != null) {
            misfit = misfit == null ? LocalState.misfit(earlier, changelogs, beginnings, ends) : misfit;
            if (misfit == null) {
                return LocalState.of(earlier);
            }
            earlier.close();
            ticket.forgetEarlier();
            // Its state is not open in a worker any more; should this restoration be interrupted, the ticket must not
            // wait for that.
            closed.accept(task);
        }
        if (misfit != null) {
            log.warn("task {} rebuilds its state from the changelog: {}", task, misfit);
            context.backend().destroy(task.toString());
        }
        return LocalState.open(context, task, changelogs, topicIds, beginnings, ends);
    }

    private static long[] inOrder(List<TopicPartition> partitions, Map<TopicPartition, Long> offsets) {
        return partitions.stream()
                .mapToLong(partition -> offsets.getOrDefault(partition, 0L))
                .toArray();
    }

    /** The state of the ticket's task was found to be damaged: it is removed when the ticket is taken up again. */
    void damaged(RestoreTicket ticket) {
        damages.merge(ticket.task(), 1, Integer::sum);
        ticket.rebuild("its files are damaged");
    }
}

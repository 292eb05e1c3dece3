package io.millrace.plan;

import io.millrace.config.JobSpec;
import io.millrace.config.Problem;
import io.millrace.config.Problems;
import io.millrace.engine.topology.Topology;
import io.millrace.plan.expression.SqlContext;
import io.millrace.plan.expression.UncompilableException;
import io.millrace.serde.Column;
import io.millrace.serde.RowType;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Plans jobs: checks every step, drops the columns that nobody reads, and cuts the rest into stages at the exchanges. The same job
 * always gives the same plan. Without state; from any thread.
 */
public final class Planner {
    private Planner() {}

    /** A plan of a job without custom code: a step with some is a problem. */
    public static Plan plan(JobSpec job, SchemaCatalog schemas) {
        return plan(job, schemas, ProcessCatalog.none());
    }

    /**
     * @param schemas answers for sources whose columns are not in the job
     * @param processes answers for steps of custom code
     * @throws PlanException with every problem that could be found
     */
    public static Plan plan(JobSpec job, SchemaCatalog schemas, ProcessCatalog processes) {
        List<Problem> problems = new ArrayList<>();
        ZoneId zone = ZoneId.of(job.timeZone().value());
        SqlContext sql = new SqlContext(zone);
        Topics topics = new Topics(schemas, sql, problems);
        Names names = new Names(job.name().value(), namedSteps(job));
        List<Relation> relations = new ArrayList<>();
        Scope scope = new Scope(job, sql, zone, names, problems, relations);
        new LogicalPlanner(scope, topics, processes).plan();
        failOnErrors(problems);
        try {
            PhysicalPlanner physical = new PhysicalPlanner(job, sql.compiler(), topics, names);
            Topology topology = physical.plan(relations);
            return new Plan(
                    job,
                    topology,
                    Problems.sorted(problems),
                    physical.notes(),
                    sourceColumns(relations),
                    sinkColumns(relations));
        } catch (UncompilableException e) {
            problems.add(Problem.error(e.text().at(), e.text().length(), String.valueOf(e.getMessage()), null));
            throw new PlanException(problems);
        }
    }

    private static Map<String, RowType> sourceColumns(List<Relation> relations) {
        Map<String, RowType> columns = new HashMap<>();
        for (Relation relation : relations) {
            if (relation instanceof Relation.Read read) {
                columns.put(read.name(), read.columns());
            }
        }
        return columns;
    }

    private static Map<String, RowType> sinkColumns(List<Relation> relations) {
        Map<String, RowType> columns = new HashMap<>();
        for (Relation relation : relations) {
            if (relation instanceof Relation.Write write) {
                columns.merge(write.name(), write.input().columns(), Planner::both);
            }
        }
        return columns;
    }

    /** The columns of both, by name; a row may lack those of the other. */
    private static RowType both(RowType one, RowType other) {
        if (one.equals(other)) {
            return one;
        }
        Map<String, Column> columns = new LinkedHashMap<>();
        for (RowType type : List.of(one, other)) {
            for (Column column : type.columns()) {
                columns.putIfAbsent(column.name(), new Column(column.name(), column.type(), true));
            }
        }
        return new RowType(List.copyOf(columns.values()));
    }

    private static Set<String> namedSteps(JobSpec job) {
        Set<String> named = new HashSet<>();
        for (JobSpec.Step step : job.steps()) {
            if (step instanceof JobSpec.Aggregate aggregate) {
                named.add(aggregate.name().value());
            } else if (step instanceof JobSpec.Dedupe dedupe) {
                named.add(dedupe.name().value());
            } else if (step instanceof JobSpec.Top top) {
                named.add(top.name().value());
            } else if (step instanceof JobSpec.Process process) {
                named.add(process.name().value());
            }
        }
        return named;
    }

    private static void failOnErrors(List<Problem> problems) {
        if (problems.stream().anyMatch(problem -> problem.severity() == Problem.Severity.ERROR)) {
            throw new PlanException(problems);
        }
    }
}

package example;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** Gives every Deployment with the label {@code expose=PORT} a Service that it owns. */
@Component
class ExposeController implements SmartLifecycle, ResourceEventHandler<Deployment> {
  static final String LABEL = "expose";
  private static final Logger LOG = LoggerFactory.getLogger(ExposeController.class);

  private final KubernetesClient client;
  private final ExecutorService worker = Executors.newSingleThreadExecutor();
  private SharedIndexInformer<Deployment> deployments;

  ExposeController(KubernetesClient client) {
    this.client = client;
  }

  @Override
  public void start() {
    deployments = client.apps().deployments().inAnyNamespace().withLabel(LABEL).inform(this);
  }

  @Override
  public void stop() {
    deployments.stop();
    worker.shutdownNow();
  }

  @Override
  public boolean isRunning() {
    return deployments != null && deployments.isRunning();
  }

  @Override
  public void onAdd(Deployment deployment) {
    worker.execute(() -> expose(deployment));
  }

  @Override
  public void onUpdate(Deployment before, Deployment now) {
    worker.execute(() -> expose(now));
  }

  @Override
  public void onDelete(Deployment deployment, boolean stateUnknown) {
    // The Service goes with its owner.
  }

  private void expose(Deployment deployment) {
    Service service =
        new ServiceBuilder()
            .withNewMetadata()
            .withName(deployment.getMetadata().getName())
            .withNamespace(deployment.getMetadata().getNamespace())
            .addNewOwnerReference()
            .withApiVersion("apps/v1")
            .withKind("Deployment")
            .withName(deployment.getMetadata().getName())
            .withUid(deployment.getMetadata().getUid())
            .endOwnerReference()
            .endMetadata()
            .withNewSpec()
            .withSelector(deployment.getSpec().getSelector().getMatchLabels())
            .addNewPort()
            .withPort(Integer.valueOf(deployment.getMetadata().getLabels().get(LABEL)))
            .endPort()
            .endSpec()
            .build();
    try {
      client.resource(service).forceConflicts().serverSideApply();
    } catch (RuntimeException e) {
      LOG.warn("{} is not exposed yet", deployment.getMetadata().getName(), e);
      worker.execute(() -> expose(deployment));
    }
  }
}

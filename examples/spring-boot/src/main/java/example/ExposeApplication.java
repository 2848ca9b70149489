package example;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.File;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

@SpringBootApplication
public class ExposeApplication {
  public static void main(String[] args) {
    SpringApplication.run(ExposeApplication.class, args);
  }

  /**
   * @param kubeconfig a file, or empty for what the environment says
   */
  @Bean
  KubernetesClient kubernetesClient(@Value("${cluster.kubeconfig:}") String kubeconfig) {
    Config config =
        kubeconfig.isEmpty()
            ? new ConfigBuilder().build()
            : Config.fromKubeconfig(new File(kubeconfig));
    return new KubernetesClientBuilder().withConfig(config).build();
  }
}

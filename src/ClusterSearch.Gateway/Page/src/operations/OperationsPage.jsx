import { useEffect } from 'preact/hooks';
export function OperationsPage() {
  useEffect(() => { document.title = 'Operations · ClusterSearch'; }, []);
  return <main id="content" class="page" tabIndex={-1}><h1>Operations</h1></main>;
}

import { createGovernor, type Governor } from '../../tenant/governor.js';
import type { GovernorFor } from '../site.js';

/** One governor a tenant, told of by whichever of its environments came first. */
export function openGovernors(): GovernorFor {
  const governors = new Map<string, Governor>();
  return (origin, onWait) => {
    const governor = governors.get(origin) ?? createGovernor({ onWait });
    governors.set(origin, governor);
    return governor;
  };
}
